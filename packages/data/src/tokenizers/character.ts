// Characters as tokens: each code point of the training text has a number.
import { Vocabulary } from "./vocabulary.ts";

export interface CharacterState {
  readonly kind: "character";
  readonly characters: readonly string[];
  readonly unknown: string | null;
}

export interface CharacterOptions {
  /** Stands for characters that training did not see, as "�"; without it they are an error. */
  readonly unknown?: string;
}

export class CharacterTokenizer {
  readonly size: number;
  private readonly vocabulary: Vocabulary;
  private readonly unknown: string | null;

  /** Numbers the characters of a text in ascending order of their code points. */
  static train(text: string, { unknown }: CharacterOptions = {}): CharacterTokenizer {
    const found = new Set(text);
    if (unknown !== undefined) found.add(unknown);
    const characters = [...found].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    return new CharacterTokenizer({ kind: "character", characters, unknown: unknown ?? null });
  }

  constructor({ characters, unknown }: CharacterState) {
    this.vocabulary = new Vocabulary(characters, "CharacterTokenizer");
    this.unknown = unknown;
    this.size = characters.length;
    if (unknown !== null && this.vocabulary.numberOf(unknown) === undefined)
      throw new RangeError(
        `CharacterTokenizer: unknown is ${JSON.stringify(unknown)}, which is no character of its own.`,
      );
  }

  encode(text: string): Int32Array {
    return Int32Array.from(Array.from(text), (character, i) => {
      const number = this.vocabulary.numberOf(character) ?? this.vocabulary.numberOf(this.unknown ?? "");
      if (number === undefined)
        throw new RangeError(
          `encode: ${JSON.stringify(character)} at character ${i} was not in the training text; train with { unknown: "�" } to let such pass.`,
        );
      return number;
    });
  }

  /** The very text that was encoded, where nothing in it was unknown. */
  decode(tokens: ArrayLike<number>): string {
    return Array.from(tokens, (token) => this.vocabulary.tokenOf(token, "decode")).join("");
  }

  state(): CharacterState {
    return { kind: "character", characters: this.vocabulary.tokens, unknown: this.unknown };
  }
}

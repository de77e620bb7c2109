// What tokenizers have in common, and reading one back from JSON.
import { BytePairTokenizer, type BytePairState } from "./byte-pair.ts";
import { CharacterTokenizer, type CharacterState } from "./character.ts";
import { type WordState, WordTokenizer } from "./word.ts";

/** Text to token numbers and back. */
export interface Tokenizer {
  /** Number of tokens: numbers are from 0 to size − 1. */
  readonly size: number;
  encode(text: string): Int32Array;
  decode(tokens: ArrayLike<number>): string;
  /** Everything it knows, as JSON data; `tokenizerFrom` makes it again. */
  state(): TokenizerState;
}

export type TokenizerState = CharacterState | WordState | BytePairState;

/** The tokenizer that gave a state, also after a round trip through JSON. */
export function tokenizerFrom(state: TokenizerState): Tokenizer {
  switch (state.kind) {
    case "character":
      return new CharacterTokenizer(state);
    case "word":
      return new WordTokenizer(state);
    case "byte-pair":
      return new BytePairTokenizer(state);
    default:
      throw new TypeError(
        `tokenizerFrom: kind is ${JSON.stringify((state as { kind?: unknown } | null)?.kind)}; expected "character", "word" or "byte-pair".`,
      );
  }
}

// Words as tokens: the most frequent words and punctuation marks of the training texts have numbers.
import { Vocabulary } from "./vocabulary.ts";

export interface WordState {
  readonly kind: "word";
  /** The unknown word first, then special tokens, then words from the most frequent on. */
  readonly words: readonly string[];
  readonly lowerCase: boolean;
}

export interface WordOptions {
  /** Most tokens, the unknown and special ones included. Default: all that occur. */
  readonly size?: number;
  /** Words that occur less often are unknown. Default 1. */
  readonly leastCount?: number;
  /** Default false. */
  readonly lowerCase?: boolean;
  /** Tokens that no text holds, as "<pad>" or "<eos>": they have the numbers 1, 2, … */
  readonly special?: readonly string[];
}

/** The word that stands for all others; its number is 0. */
export const UNKNOWN_WORD = "<unk>";

export class WordTokenizer {
  readonly size: number;
  private readonly vocabulary: Vocabulary;
  private readonly lowerCase: boolean;

  /** Counts the words of texts. Equally frequent ones are numbered in the order of their code units. */
  static train(
    texts: Iterable<string>,
    { size = Number.POSITIVE_INFINITY, leastCount = 1, lowerCase = false, special = [] }: WordOptions = {},
  ): WordTokenizer {
    const counts = new Map<string, number>();
    for (const text of texts)
      for (const word of wordsOf(text, lowerCase)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const first = [UNKNOWN_WORD, ...special];
    for (const token of first) counts.delete(token);
    const words = [...counts]
      .filter(([, count]) => count >= leastCount)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([word]) => word);
    return new WordTokenizer({ kind: "word", words: [...first, ...words].slice(0, size), lowerCase });
  }

  constructor({ words, lowerCase }: WordState) {
    this.vocabulary = new Vocabulary(words, "WordTokenizer");
    this.lowerCase = lowerCase;
    this.size = words.length;
    if (words[0] !== UNKNOWN_WORD)
      throw new RangeError(`WordTokenizer: the first word is ${JSON.stringify(words[0])}; expected "${UNKNOWN_WORD}".`);
  }

  encode(text: string): Int32Array {
    return Int32Array.from(wordsOf(text, this.lowerCase), (word) => this.vocabulary.numberOf(word) ?? 0);
  }

  /** The number of a word or special token; 0 for one that is not known. */
  numberOf(word: string): number {
    return this.vocabulary.numberOf(word) ?? 0;
  }

  /** The words with spaces between them: the very text where it was written so, in known words. */
  decode(tokens: ArrayLike<number>): string {
    return Array.from(tokens, (token) => this.vocabulary.tokenOf(token, "decode")).join(" ");
  }

  state(): WordState {
    return { kind: "word", words: this.vocabulary.tokens, lowerCase: this.lowerCase };
  }
}

/** Runs of letters, digits and marks, with apostrophes inside; any other character that is no space stands alone. */
const WORD = /<[a-z]+>|[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*|[^\s\p{L}\p{N}\p{M}_]/gu;

const wordsOf = (text: string, lowerCase: boolean): string[] =>
  (lowerCase ? text.toLowerCase() : text).match(WORD) ?? [];

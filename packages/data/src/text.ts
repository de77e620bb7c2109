// From texts to examples: windows of tokens to predict the next one, and texts of one length with labels.
import { type Column, Dataset } from "./dataset.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";

/** A long text, on its way to examples: `text(corpus).tokenize(tokenizer).windows(128).batches({ size: 32, seed: 0 })`. */
export class Corpus {
  readonly content: string;

  constructor(content: string) {
    this.content = content;
  }

  tokenize(tokenizer: Pick<Tokenizer, "encode">): TokenSequence {
    return new TokenSequence(tokenizer.encode(this.content));
  }
}

export const text = (content: string): Corpus => new Corpus(content);

export interface WindowOptions {
  /** From the start of a window to that of the next. Default: its length. */
  readonly stride?: number;
}

/** int32 tokens, [length], and targets, the tokens one later. */
export interface WindowColumns {
  readonly tokens: Column;
  readonly targets: Column;
  readonly [name: string]: Column;
}

export class TokenSequence {
  readonly tokens: Int32Array;

  constructor(tokens: Int32Array) {
    this.tokens = tokens;
  }

  get length(): number {
    return this.tokens.length;
  }

  /** The first share of the tokens, and the rest: for training and validation. */
  split(share: number): { train: TokenSequence; validation: TokenSequence } {
    if (!(share > 0 && share < 1)) throw new RangeError(`split: share is ${share}; expected a number between 0 and 1.`);
    const end = Math.floor(share * this.length);
    return {
      train: new TokenSequence(this.tokens.subarray(0, end)),
      validation: new TokenSequence(this.tokens.subarray(end)),
    };
  }

  /** Windows of this length, and as their targets the same windows one token later. Tokens at the end that fill no window are left out. */
  windows(length: number, { stride = length }: WindowOptions = {}): Dataset<WindowColumns> {
    for (const [name, value] of [
      ["length", length],
      ["stride", stride],
    ] as const)
      if (!Number.isSafeInteger(value) || value < 1)
        throw new RangeError(`windows: ${name} is ${value}; expected a whole number from 1.`);
    const count = Math.floor((this.length - 1 - length) / stride) + 1;
    if (this.length - 1 < length)
      throw new RangeError(
        `windows: ${this.length} tokens; expected at least ${length + 1} for a window of ${length} and its targets.`,
      );
    const cut = (shift: number): Int32Array => {
      const data = new Int32Array(count * length);
      for (let i = 0; i < count; i++)
        data.set(this.tokens.subarray(i * stride + shift, i * stride + shift + length), i * length);
      return data;
    };
    return new Dataset<WindowColumns>({
      tokens: { data: cut(0), shape: [length] },
      targets: { data: cut(1), shape: [length] },
    });
  }
}

export interface EncodeOptions {
  /** Tokens of each example: longer texts lose their end, shorter ones are filled up. */
  readonly length: number;
  /** Fills up. Default 0. */
  readonly padding?: number;
}

/** int32 tokens, [length]; how many of them count; int32 labels. */
export interface LabelledTokenColumns {
  readonly tokens: Column;
  readonly lengths: Column;
  readonly labels: Column;
  readonly [name: string]: Column;
}

/** Labelled texts as examples of one length. A text without any token counts as one of padding. */
export function encodeTexts(
  { texts, labels }: { readonly texts: readonly string[]; readonly labels: ArrayLike<number> },
  tokenizer: Pick<Tokenizer, "encode">,
  { length, padding = 0 }: EncodeOptions,
): Dataset<LabelledTokenColumns> {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`encodeTexts: length is ${length}; expected a whole number from 1.`);
  if (texts.length !== labels.length)
    throw new RangeError(`encodeTexts: ${texts.length} texts, ${labels.length} labels; expected as many.`);
  const tokens = new Int32Array(texts.length * length).fill(padding);
  const lengths = new Int32Array(texts.length);
  texts.forEach((each, i) => {
    const encoded = tokenizer.encode(each).subarray(0, length);
    tokens.set(encoded, i * length);
    lengths[i] = Math.max(1, encoded.length);
  });
  return new Dataset<LabelledTokenColumns>({
    tokens: { data: tokens, shape: [length] },
    lengths: { data: lengths, shape: [] },
    labels: { data: Int32Array.from(labels), shape: [] },
  });
}

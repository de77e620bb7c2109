// Token numbers by token and back, shared by the tokenizers of characters and of words.

/** Distinct strings, numbered in order. */
export class Vocabulary {
  readonly tokens: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(tokens: readonly string[], owner: string) {
    this.tokens = tokens;
    this.numbers = new Map(tokens.map((token, i) => [token, i]));
    if (this.numbers.size !== tokens.length || tokens.length === 0)
      throw new RangeError(
        `${owner}: ${tokens.length} tokens, ${this.numbers.size} distinct; expected distinct ones, at least one.`,
      );
  }

  numberOf(token: string): number | undefined {
    return this.numbers.get(token);
  }

  tokenOf(number: number, owner: string): string {
    const token = this.tokens[number];
    if (token === undefined)
      throw new RangeError(`${owner}: token ${number}; expected whole numbers from 0 to ${this.tokens.length - 1}.`);
    return token;
  }
}

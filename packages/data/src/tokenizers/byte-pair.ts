// Byte-pair encoding (Sennrich et al. 2016) over the bytes of UTF-8 (Radford et al. 2019): every text has an encoding, and decodes exactly.

export interface BytePairState {
  readonly kind: "byte-pair";
  /** Pairs of tokens in the order in which they were joined; the i-th makes token 256 + i. */
  readonly merges: readonly (readonly [number, number])[];
  /** Tokens that stand for themselves, numbered after all others. */
  readonly special: readonly string[];
}

export interface BytePairOptions {
  /** Number of tokens to reach: 256 bytes, merges, special tokens. */
  readonly size: number;
  /** Pairs that occur less often are not joined. Default 2. */
  readonly leastCount?: number;
  /** Tokens such as "<eos>", which are never cut and never part of another. */
  readonly special?: readonly string[];
}

/** Merges do not cross these: a word with the space before it, digits, punctuation, other space. */
const PIECE = / ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?=\s)|\s+/gu;

const BYTES = 256;

export class BytePairTokenizer {
  readonly size: number;
  private readonly merges: readonly (readonly [number, number])[];
  private readonly special: readonly string[];
  /** Rank of a merge by its pair. */
  private readonly ranks: ReadonlyMap<number, number>;
  /** Bytes of each token but the special ones. */
  private readonly bytes: readonly Uint8Array[];
  private readonly specialPattern: RegExp | null;
  private readonly cache = new Map<string, readonly number[]>();

  /** Joins the most frequent pair of neighbouring tokens again and again; of equally frequent ones the pair with the lower numbers. */
  static train(texts: string | Iterable<string>, options: BytePairOptions): BytePairTokenizer {
    const { size, leastCount = 2, special = [] } = options;
    const count = size - BYTES - special.length;
    if (!Number.isSafeInteger(size) || count < 0)
      throw new RangeError(
        `BytePairTokenizer: size is ${size}; expected a whole number from ${BYTES + special.length}, the bytes and special tokens.`,
      );
    const merges = joinPairs(countPieces(typeof texts === "string" ? [texts] : texts, special), count, leastCount);
    return new BytePairTokenizer({ kind: "byte-pair", merges, special });
  }

  constructor({ merges, special }: BytePairState) {
    const bytes = Array.from({ length: BYTES }, (_, byte) => Uint8Array.of(byte));
    merges.forEach(([a, b], i) => {
      if (!bytes[a] || !bytes[b])
        throw new RangeError(`BytePairTokenizer: merge ${i} joins ${a} and ${b}; expected tokens below ${BYTES + i}.`);
      bytes.push(Uint8Array.of(...bytes[a], ...bytes[b]));
    });
    if (new Set(special).size !== special.length || special.includes(""))
      throw new RangeError("BytePairTokenizer: special tokens must be distinct and not empty.");
    this.merges = merges;
    this.special = special;
    this.bytes = bytes;
    this.size = bytes.length + special.length;
    this.ranks = new Map(merges.map(([a, b], rank) => [pairKey(a, b), rank]));
    this.specialPattern = patternOf(special);
  }

  encode(text: string): Int32Array {
    const tokens: number[] = [];
    for (const part of this.specialPattern ? text.split(this.specialPattern) : [text]) {
      const special = this.special.indexOf(part);
      if (special >= 0) tokens.push(this.bytes.length + special);
      else for (const piece of piecesOf(part)) for (const token of this.encodePiece(piece)) tokens.push(token);
    }
    return Int32Array.from(tokens);
  }

  /** The very text that was encoded. Of tokens cut out of one, bytes that are no whole character become "�". */
  decode(tokens: ArrayLike<number>): string {
    const encoder = new TextEncoder();
    const parts = Array.from(tokens, (token) => {
      const special = this.special[token - this.bytes.length];
      const bytes = special === undefined ? this.bytes[token] : encoder.encode(special);
      if (!bytes) throw new RangeError(`decode: token ${token}; expected whole numbers from 0 to ${this.size - 1}.`);
      return bytes;
    });
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let start = 0;
    for (const part of parts) {
      all.set(part, start);
      start += part.length;
    }
    // A byte-order mark is text like any other.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
  }

  /** The number of a special token. */
  numberOf(special: string): number {
    const index = this.special.indexOf(special);
    if (index < 0)
      throw new RangeError(
        `numberOf: no special token ${JSON.stringify(special)}; there are ${this.special.join(", ") || "none"}.`,
      );
    return this.bytes.length + index;
  }

  state(): BytePairState {
    return { kind: "byte-pair", merges: this.merges, special: this.special };
  }

  /** Joins pairs in the order in which training did. */
  private encodePiece(piece: string): readonly number[] {
    const known = this.cache.get(piece);
    if (known) return known;
    let tokens = Array.from(new TextEncoder().encode(piece));
    for (;;) {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < tokens.length; i++)
        best = Math.min(best, this.ranks.get(pairKey(tokens[i], tokens[i + 1])) ?? Number.POSITIVE_INFINITY);
      if (best === Number.POSITIVE_INFINITY) break;
      tokens = joined(tokens, this.merges[best], BYTES + best);
    }
    // Text has few distinct pieces; a flood of them must not fill the memory.
    if (this.cache.size >= 100_000) this.cache.clear();
    this.cache.set(piece, tokens);
    return tokens;
  }
}

/** Lone surrogates have no UTF-8; the replacement character stands for them, as in every encoder. */
const piecesOf = (text: string): string[] => text.match(PIECE) ?? [];

const patternOf = (special: readonly string[]): RegExp | null => {
  if (special.length === 0) return null;
  const longestFirst = special.toSorted((a, b) => b.length - a.length);
  return new RegExp(`(${longestFirst.map((token) => token.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})`, "u");
};

/** Tokens are below 2²⁰ or so: two fit into a double's 53 bits. */
const pairKey = (a: number, b: number): number => a * 67_108_864 + b;

function joined(tokens: readonly number[], [a, b]: readonly [number, number], token: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === a && tokens[i + 1] === b) {
      out.push(token);
      i++;
    } else out.push(tokens[i]);
  }
  return out;
}

interface Piece {
  tokens: number[];
  readonly count: number;
}

function countPieces(texts: Iterable<string>, special: readonly string[]): Piece[] {
  const counts = new Map<string, number>();
  const pattern = patternOf(special);
  for (const text of texts)
    for (const part of pattern ? text.split(pattern) : [text])
      if (!special.includes(part)) for (const piece of piecesOf(part)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return [...counts].map(([piece, count]) => ({ tokens: Array.from(new TextEncoder().encode(piece)), count }));
}

/** Counts of pairs, and which pieces hold them, kept up to date from merge to merge: only pieces with the pair are touched. */
function joinPairs(pieces: readonly Piece[], count: number, leastCount: number): [number, number][] {
  const counts = new Map<number, number>();
  const holders = new Map<number, Set<Piece>>();
  const note = (piece: Piece, sign: 1 | -1): void => {
    for (let i = 0; i + 1 < piece.tokens.length; i++) {
      const key = pairKey(piece.tokens[i], piece.tokens[i + 1]);
      counts.set(key, (counts.get(key) ?? 0) + sign * piece.count);
      if (sign > 0) {
        const holding = holders.get(key) ?? new Set();
        holding.add(piece);
        holders.set(key, holding);
      }
    }
  };
  for (const piece of pieces) note(piece, 1);
  const merges: [number, number][] = [];
  while (merges.length < count) {
    const best = mostFrequent(counts);
    if (best === null || counts.get(best)! < leastCount) break;
    const pair: [number, number] = [Math.floor(best / 67_108_864), best % 67_108_864];
    for (const piece of holders.get(best)!) {
      note(piece, -1);
      piece.tokens = joined(piece.tokens, pair, BYTES + merges.length);
      note(piece, 1);
    }
    counts.delete(best);
    holders.delete(best);
    merges.push(pair);
  }
  return merges;
}

function mostFrequent(counts: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  let most = 0;
  for (const [key, count] of counts)
    if (count > most || (count === most && count > 0 && best !== null && key < best)) {
      best = key;
      most = count;
    }
  return best;
}

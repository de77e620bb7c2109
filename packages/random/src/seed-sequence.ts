// NumPy's SeedSequence: spreads any entropy over a pool of four words (O'Neill's seed_seq_fe, as NumPy has it).

const INIT_A = 0x43b0d7e5;
const MULTIPLIER_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLIER_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;
const POOL_SIZE = 4;

/** What a seed sequence starts from: a non-negative whole number of any size, or a list of them. */
export type Entropy = number | bigint | readonly (number | bigint)[];

/** Little-endian 32-bit words of non-negative integers, one after the other. */
const toWords = (entropy: Entropy): number[] => {
  if (Array.isArray(entropy)) return entropy.flatMap(toWords);
  const value = entropy as number | bigint;
  if (typeof value === "number" ? !Number.isSafeInteger(value) || value < 0 : value < 0n)
    throw new RangeError(`SeedSequence: entropy is ${value}; expected a non-negative whole number.`);
  const words: number[] = [];
  let rest = BigInt(value);
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
};

const mix = (x: number, y: number): number => {
  const result = (Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y)) | 0;
  return (result ^ (result >>> 16)) >>> 0;
};

/** Hashes word after word with a constant that moves on; a fresh closure starts it anew. */
const hasher = (start: number, multiplier: number): ((value: number) => number) => {
  let constant = start;
  return (value) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    const product = Math.imul(mixed, constant);
    return (product ^ (product >>> 16)) >>> 0;
  };
};

/** Entropy and a spawn key hashed into a pool of 128 bits, from which any number of well-mixed words can be drawn, again and again the same. */
export class SeedSequence {
  private readonly entropy: Entropy;
  private readonly spawnKey: readonly number[];
  private readonly pool: number[];
  private spawned = 0;

  /** The spawn key tells children of the same entropy apart; `spawn` sets it. */
  constructor(entropy: Entropy, spawnKey: readonly number[] = []) {
    this.entropy = entropy;
    this.spawnKey = spawnKey;
    const words = toWords(entropy);
    // A spawned sequence pads its parent's entropy, so that the spawn key cannot collide with longer entropy.
    if (spawnKey.length > 0) while (words.length < POOL_SIZE) words.push(0);
    words.push(...toWords(spawnKey));
    const hash = hasher(INIT_A, MULTIPLIER_A);
    this.pool = Array.from({ length: POOL_SIZE }, (_, i) => hash(words[i] ?? 0));
    for (let from = 0; from < POOL_SIZE; from++)
      for (let to = 0; to < POOL_SIZE; to++) if (from !== to) this.pool[to] = mix(this.pool[to], hash(this.pool[from]));
    for (const word of words.slice(POOL_SIZE))
      for (let to = 0; to < POOL_SIZE; to++) this.pool[to] = mix(this.pool[to], hash(word));
  }

  /** `count` words of 32 bits. */
  generateState(count: number): Uint32Array {
    const hash = hasher(INIT_B, MULTIPLIER_B);
    return Uint32Array.from({ length: count }, (_, i) => hash(this.pool[i % POOL_SIZE]));
  }

  /** The next `count` children, each independent of the others and of this. */
  spawn(count: number): SeedSequence[] {
    return Array.from({ length: count }, () => new SeedSequence(this.entropy, [...this.spawnKey, this.spawned++]));
  }
}

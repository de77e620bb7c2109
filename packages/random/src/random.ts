// The interface of every random stream: what environments, initialisers and explorers ask of chance.

/** Plain data from which a stream goes on exactly where it was. */
export interface RandomState {
  /** The kind of stream. */
  readonly generator: "philox" | "numpy";
  /** Generator-specific words; 64- and 128-bit integers as decimal strings, so that the state survives JSON. */
  readonly words: readonly (number | string)[];
}

/** A seeded stream of random numbers. The same seed gives the same numbers on every platform. */
export interface Random {
  /** Uniform in [low, high), float64: low + (high − low)·u with u a multiple of 2⁻⁵³. Defaults: [0, 1). */
  uniform(low?: number, high?: number): number;
  /** Uniform integer in [0, high), or in [low, high) with two arguments. */
  integer(high: number): number;
  integer(low: number, high: number): number;
  /** Normal with the given mean and standard deviation. Defaults: 0, 1. */
  normal(mean?: number, standardDeviation?: number): number;
  /** Exponential with the given mean, density e^(−x/scale)/scale for x ≥ 0. Default: 1. */
  exponential(scale?: number): number;
  /** Fills `out` with uniform float64 in [low, high), one draw per element. */
  fillUniform(out: Float32Array | Float64Array, low?: number, high?: number): void;
  /** Fills `out` with 0 and 1, equally likely. */
  fillBits(out: Uint8Array): void;
  /** An independent stream at the same position: both give the same numbers from here on. */
  clone(): Random;
  /** Where the stream is, as plain data. */
  state(): RandomState;
  /** Continues from a state that `state()` of the same kind of generator gave. */
  restore(state: RandomState): void;
}

// A batch on the host: typed arrays on their way to becoming tensors, and the functions that change them there.
import type { Random } from "@agon/random";

export interface HostArray {
  /** Row-major; Uint8Array holds booleans. */
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** [batch, …]. */
  readonly shape: readonly number[];
}

export type HostBatch = Readonly<Record<string, HostArray>>;

/** A change of a batch, by chance or not. It may write into the arrays, which hold this batch until the transform returns, and the next one later. */
export type Transform = (batch: HostBatch, random: Random) => HostBatch;

// The curve hash: SHA-256 over a learning curve and the final parameters, so that two runs can be compared byte for byte.
import { createSHA256 } from "hash-wasm";

/** Final parameters by name; hashed in the order of their names (UTF-16 code units). */
export type CurveParameters = Readonly<Record<string, Float32Array | Float64Array>>;

/** What is used of hash-wasm's hasher; its own declarations need those of Node, which a page's project lacks. */
interface Hasher {
  update(data: Uint8Array): unknown;
  digest(): string;
  save(): Uint8Array;
  load(state: Uint8Array): unknown;
}

const BLOCK_BYTES = 8192;
/** SHA-256 works on blocks of this many bytes. */
const CHUNK_BYTES = 64;

/**
 * Hashes a learning curve as it grows: SHA-256 over the float64 little-endian triples (step, return, length) of each episode and pairs
 * (step, loss) of each update, in the order of the calls. NaN counts as one value, whatever its bits. Made by `createCurveRecorder`.
 */
export class CurveRecorder {
  readonly #hasher: Hasher;
  readonly #bytes = new Uint8Array(BLOCK_BYTES);
  readonly #block = new DataView(this.#bytes.buffer);
  #used = 0;

  /** @internal Takes a hasher that is ready for more data, and data it has not seen yet; use `createCurveRecorder`. */
  constructor(hasher: Hasher, pending: Uint8Array) {
    this.#hasher = hasher;
    this.#bytes.set(pending);
    this.#used = pending.length;
  }

  /** An episode of `length` steps ended at environment step `step` with the undiscounted return `episodeReturn`. */
  episode(step: number, episodeReturn: number, length: number): void {
    this.#float64(step);
    this.#float64(episodeReturn);
    this.#float64(length);
  }

  /** An update was made at environment step `step` and had the loss `loss`. */
  update(step: number, loss: number): void {
    this.#float64(step);
    this.#float64(loss);
  }

  /** The recorder's state, for a checkpoint: `createCurveRecorder(state)` goes on exactly from here. Equal curves have equal states. */
  state(): Uint8Array {
    // The hasher sees whole chunks only: else its own buffer would keep stale bytes, which differ after a restore.
    const whole = this.#used - (this.#used % CHUNK_BYTES);
    if (whole > 0) this.#hasher.update(this.#bytes.subarray(0, whole));
    this.#bytes.copyWithin(0, whole, this.#used);
    this.#used -= whole;
    const saved = this.#hasher.save();
    const state = new Uint8Array(saved.length + this.#used);
    state.set(saved);
    state.set(this.#bytes.subarray(0, this.#used), saved.length);
    return state;
  }

  /** Hash of the curve so far followed by the parameters' bytes, as 64 hexadecimal digits. Recording can go on afterwards. */
  digest(parameters: CurveParameters): string {
    const state = this.state();
    const pending = state.length - this.#used;
    for (const name of Object.keys(parameters).sort()) {
      const values = parameters[name]!;
      if (values instanceof Float32Array) for (const value of values) this.#float32(value);
      else for (const value of values) this.#float64(value);
    }
    this.#flush();
    const digest = this.#hasher.digest();
    this.#hasher.load(state.subarray(0, pending));
    this.#bytes.set(state.subarray(pending));
    this.#used = state.length - pending;
    return digest;
  }

  #float64(value: number): void {
    if (this.#used + 8 > BLOCK_BYTES) this.#flush();
    if (Number.isNaN(value)) this.#block.setBigUint64(this.#used, 0x7ff8000000000000n, true);
    else this.#block.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  #float32(value: number): void {
    if (this.#used + 4 > BLOCK_BYTES) this.#flush();
    if (Number.isNaN(value)) this.#block.setUint32(this.#used, 0x7fc00000, true);
    else this.#block.setFloat32(this.#used, value, true);
    this.#used += 4;
  }

  #flush(): void {
    if (this.#used > 0) this.#hasher.update(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** A recorder of a new curve, or of the one whose `state()` is given. */
export async function createCurveRecorder(state?: Uint8Array): Promise<CurveRecorder> {
  const hasher = await createSHA256();
  const length = hasher.init().save().length;
  if (state === undefined) return new CurveRecorder(hasher, new Uint8Array());
  hasher.load(state.subarray(0, length));
  return new CurveRecorder(hasher, state.subarray(length));
}

// The errors of the tensor core; each message names the function, what arrived, and what was expected.

/** Shapes that do not fit. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

/** A loss, gradient or intermediate value is NaN or infinite; nothing was written. */
export class NonFiniteError extends Error {
  override name = "NonFiniteError";
  /** The op whose output was the first that is not finite. */
  readonly op: string;
  constructor(message: string, op: string) {
    super(message);
    this.op = op;
  }
}

/** Memory that could not be had. What was there before still is, and the process goes on. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
  /** Bytes asked. */
  readonly asked: number;
  /** Bytes that were in use, and the most that there can be; null where the engine tells neither, as for its own arrays. */
  readonly inUse: number | null;
  readonly limit: number | null;
  constructor(message: string, sizes: { readonly asked: number; readonly inUse?: number; readonly limit?: number }) {
    super(message);
    this.asked = sizes.asked;
    this.inUse = sizes.inUse ?? null;
    this.limit = sizes.limit ?? null;
  }
}

/** A tensor or variable is used where it cannot be: after its scope, or read while a step is recorded. */
export class UsageError extends Error {
  override name = "UsageError";
}

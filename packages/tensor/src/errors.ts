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

/** A tensor or variable is used where it cannot be: after its scope, or read while a step is recorded. */
export class UsageError extends Error {
  override name = "UsageError";
}

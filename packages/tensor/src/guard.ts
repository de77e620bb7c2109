// Keeps what is not finite from being written, and names the op that made it.
import { currentRecorder, hostData, type Storage, withChecks } from "./engine.ts";
import { isFloat } from "./dtype.ts";
import { NonFiniteError } from "./errors.ts";
import { apply, type Tensor } from "./tensor.ts";

const isAllFinite = (storage: Storage): boolean =>
  !isFloat(storage.spec.dtype) || hostData(storage).every(Number.isFinite);

/** Runs `f` op by op and throws a NonFiniteError at the first op whose output is NaN or infinite. */
export const nameNonFinite = <T>(f: () => T): T =>
  withChecks((op, inputs, output) => {
    if (isAllFinite(output)) return;
    const bad = inputs.findIndex((input) => !isAllFinite(input));
    const cause = bad === -1 ? "from finite inputs" : `because its input ${bad + 1} already is not finite`;
    throw new NonFiniteError(
      `${op}: output ${JSON.stringify(output.spec.shape)} is NaN or infinite, ${cause}; nothing was written.`,
      op,
    );
  }, f);

/**
 * Lets the step go on only where all values are finite. Otherwise nothing that comes after is written: a compiled step stops, an eager one
 * throws; `again` runs the computation once more to name the op.
 */
export const guardFinite = (values: readonly Tensor[], again: () => unknown): void => {
  const finite = apply("allFinite", values);
  const recorder = currentRecorder();
  if (recorder) {
    recorder.guard(finite);
    return;
  }
  if (finite.itemSync() === 1) return;
  nameNonFinite(again);
  throw new NonFiniteError("minimize: the loss or a gradient is NaN or infinite; nothing was written.", "minimize");
};

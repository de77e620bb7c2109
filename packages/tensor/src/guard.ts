// Keeps what is not finite from being written, and names the op that made it.
import {
  currentBackend,
  currentRecorder,
  hostData,
  isChecking,
  readStorage,
  type Storage,
  withChecks,
} from "./engine.ts";
import { isFloat } from "./dtype.ts";
import { NonFiniteError, UsageError } from "./errors.ts";
import { apply, type Tensor } from "./tensor.ts";

const isAllFinite = (storage: Storage): boolean =>
  !isFloat(storage.spec.dtype) || hostData(storage).every(Number.isFinite);

/** Runs `f` op by op and throws a NonFiniteError at the first op whose output is NaN or infinite. */
export const nameNonFinite = <T>(f: () => T): T =>
  withChecks((op, inputs, output) => {
    if (isAllFinite(output)) return;
    const bad = inputs.findIndex((input) => !isAllFinite(input));
    const cause = bad === -1 ? "from finite inputs" : `because its input ${bad + 1} already is not finite`;
    throw new NonFiniteError(`${describe(op, output)}, ${cause}; nothing was written.`, op);
  }, f);

/** As `nameNonFinite` where values are read by promises: the error, or null where every output is finite. */
export const findNonFinite = async (f: () => unknown): Promise<NonFiniteError | null> => {
  const outputs: { readonly op: string; readonly storage: Storage; readonly finite: Promise<boolean> }[] = [];
  withChecks((op, _inputs, storage) => {
    const finite = async (): Promise<boolean> =>
      !isFloat(storage.spec.dtype) || (await readStorage(storage)).every(Number.isFinite);
    outputs.push({ op, storage, finite: finite() });
  }, f);
  const all = await Promise.all(outputs.map(({ finite }) => finite));
  const bad = outputs[all.indexOf(false)];
  return bad ? new NonFiniteError(`${describe(bad.op, bad.storage)}; nothing was written.`, bad.op) : null;
};

const describe = (op: string, { spec }: Storage): string =>
  `${op}: output ${JSON.stringify(spec.shape)} is NaN or infinite`;

/**
 * Lets the step go on only where all values are finite. Otherwise nothing that comes after is written: a compiled step stops, an eager one
 * throws; `again` runs the computation once more to name the op.
 */
export const guardFinite = (values: readonly Tensor[], again: () => unknown): void => {
  const finite = apply("allFinite", values);
  if (finite.lane)
    throw new UsageError("guardFinite: not inside vmap, where a value stands for many; call the optimizer outside.");
  const recorder = currentRecorder();
  if (recorder) {
    recorder.guard(finite);
    return;
  }
  if (currentBackend().deferred) {
    // Whoever checks every op needs no guard, and what would be written is seen by that run alone.
    if (isChecking()) return;
    throw new UsageError(
      "minimize: on webgpu whether the gradients are finite is known too late for a step that runs op by op; compile it: compile((x) => optimizer.minimize(…)).",
    );
  }
  if (finite.itemSync() === 1) return;
  nameNonFinite(again);
  throw new NonFiniteError("minimize: the loss or a gradient is NaN or infinite; nothing was written.", "minimize");
};

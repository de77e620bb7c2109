// Records a whole step once and replays it without allocating.
import type { Backend, DeferredRuns, DeviceBuffer, Executable, Plan, Spec } from "./backend.ts";
import { newArray, type TypedArray } from "./dtype.ts";
import { changeOf } from "./captured.ts";
import {
  backendFor,
  currentBackend,
  currentRecorder,
  hostData,
  isDebug,
  ownedStorage,
  Storage,
  withRecorder,
} from "./engine.ts";
import { NonFiniteError, UsageError } from "./errors.ts";
import { findNonFinite } from "./guard.ts";
import { type PlanReport, PlanTimer, type ProfileOptions, reportOf } from "./profile.ts";
import { Recorder, type Setting } from "./recorder.ts";
import { scope } from "./scope.ts";
import { sameShape } from "./shape.ts";
import { fromData, scalarOf, Tensor } from "./tensor.ts";
import { mapTree, tensorsIn } from "./tree.ts";
import { departures, type Variable, withReplay } from "./variable.ts";

/** A recorded function for one set of shapes, types and static arguments. */
interface Recorded<Result> {
  /** The backend that was in force … */
  readonly backend: Backend;
  /** … and the one that runs the plan: js where it needs float64. */
  readonly builder: Backend;
  readonly specs: readonly Spec[];
  readonly statics: string;
  readonly executable: Executable;
  /** What f returned, with the plan's tensors in place. */
  readonly result: Result;
  readonly outputs: readonly Spec[];
  readonly assigned: readonly Variable[];
  readonly plan: Plan;
  /** The Variables of the plan, and their memory. */
  readonly cells: readonly { readonly variable: Variable; readonly buffer: DeviceBuffer }[];
  /** Departures of Variables up to which the memory is known to be theirs. */
  departures: number;
  readonly settings: readonly Setting[];
}

/**
 * Reads a setting that decides which ops a function runs, such as whether a layer trains. A compiled function that reads it is recorded
 * anew where it has changed, and keeps a plan for each; one bound with `bind` keeps the settings of that moment.
 */
export const readSetting = <T extends string | number | boolean | null>(read: () => T): T => {
  const recorder = currentRecorder();
  if (!recorder) return read();
  const kept = recorder.kept?.[recorder.settings.length];
  const value = kept ? (kept.value as T) : read();
  recorder.settings.push({ read, value });
  return value;
};

/** A compiled function over arrays that are allocated once: fill `inputs`, call `run`, read `outputs`. */
export interface Bound {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
  /** Runs once; not on webgpu, which fills `outputs` later. */
  run(): void;
  /** Starts a run with `inputs` as they are; resolves when `outputs` are filled. On every backend. */
  runAsync(): Promise<void>;
  /** The plan with what each part of it takes, measured in runs like any other, on one thread: Variables change. On js and wasm. */
  profile(options: ProfileOptions): PlanReport;
}

export interface Compiled<Args extends unknown[], Result> {
  (...args: Args): Result;
  /** For hot loops: the plan for arguments of these shapes and settings as they are, over arrays of its own. */
  bind(...example: Args): Bound;
  /** The plan for these arguments: its ops, shapes and bytes, and how many threads share its work. String(step.plan(x)) is a table. */
  plan(...example: Args): PlanReport;
}

/** Memory of plans whose function or binding is gone comes back when the engine collects them. */
const reclaim = new FinalizationRegistry<Executable>((executable) => executable.dispose());

/** Plans kept per function; the oldest goes first. */
const CACHE_SIZE = 16;

/**
 * Compiles a step. On the first call with given shapes, types and static arguments (strings, booleans, null) the function runs once
 * symbolically, and its ops become a plan; later calls replay the plan. Tensors and numbers in the arguments (also in arrays and objects)
 * are inputs: a number arrives in `f` as a scalar tensor. Values cannot be read inside. Variables may be read and assigned; they change
 * together at the end, and only if every guard holds.
 */
export const compile = <Args extends unknown[], Result>(f: (...args: Args) => Result): Compiled<Args, Result> => {
  let cache: Recorded<Result>[] = [];

  const find = (leaves: readonly Tensor[], statics: string, args: Args): Recorded<Result> => {
    const backend = currentBackend();
    const known = cache.find(
      (plan) =>
        plan.backend === backend &&
        isInPlace(plan) &&
        plan.statics === statics &&
        plan.specs.length === leaves.length &&
        matches(plan, leaves) &&
        plan.settings.every(({ read, value }) => read() === value),
    );
    if (known) {
      if (isDebug()) refuseChange(known.plan, trace(f, args).plan);
      return known;
    }
    const plan = record(f, args, statics);
    reclaim.register(call, plan.executable, plan);
    const kept = cache.filter(({ backend }) => !backend.ended).slice(0, CACHE_SIZE - 1);
    for (const old of cache.filter((each) => !kept.includes(each))) {
      reclaim.unregister(old);
      old.executable.dispose();
    }
    cache = [plan, ...kept];
    return plan;
  };

  const call = (...args: Args): Result => {
    const tensors = args.map(numbersToTensors) as Args;
    const leaves = tensorsIn(tensors);
    if (currentRecorder() || leaves.some((leaf) => leaf.tracked || leaf.lane)) return f(...tensors);
    const plan = find(leaves, staticsOf(args), tensors);
    leaves.forEach((leaf, i) => {
      if (leaf.storage.device && (leaf.storage.home ?? plan.backend) === currentBackend())
        plan.executable.writeFrom(i, leaf.storage.device);
      else plan.executable.write(i, hostData(leaf.storage));
    });
    let next = 0;
    if (plan.executable.deferred) {
      const outputs = start(plan, plan.executable.deferred, f, tensors);
      return mapTree(() => new Tensor(outputs[next++]), plan.result);
    }
    execute(plan, f, tensors);
    return mapTree(() => {
      const spec = plan.outputs[next];
      const data = newArray(spec.dtype, sizeOfSpec(spec));
      plan.executable.read(next++, data);
      return fromData(data, spec.shape);
    }, plan.result);
  };

  const bind = (...example: Args): Bound => {
    const tensors = example.map(numbersToTensors) as Args;
    const leaves = tensorsIn(tensors);
    let plan = record(f, tensors, staticsOf(example));
    const inputs = leaves.map((leaf) => hostData(leaf.storage).slice());
    const outputs = plan.outputs.map((spec) => newArray(spec.dtype, sizeOfSpec(spec)));
    const again = (): Args => {
      let next = 0;
      return mapTree((leaf) => fromData(inputs[next++].slice(), leaf.shape), tensors);
    };
    /** After the Variables, to the backend in force; under the settings that it was bound with. */
    const moveAlong = (): void => {
      if (plan.backend === currentBackend() && isInPlace(plan)) return;
      reclaim.unregister(plan);
      plan.executable.dispose();
      plan = record(f, tensors, plan.statics, plan.settings);
      reclaim.register(bound, plan.executable, plan);
    };
    const bound: Bound = {
      inputs,
      outputs,
      run() {
        moveAlong();
        const { executable } = plan;
        if (executable.deferred)
          throw new UsageError("bind: on webgpu outputs cannot be filled at once; await runAsync() instead of run().");
        for (let i = 0; i < inputs.length; i++) executable.write(i, inputs[i]);
        execute(plan, f, again);
        for (let i = 0; i < outputs.length; i++) executable.read(i, outputs[i]);
      },
      async runAsync() {
        moveAlong();
        const { executable } = plan;
        if (!executable.deferred) return bound.run();
        for (let i = 0; i < inputs.length; i++) executable.write(i, inputs[i]);
        for (const variable of plan.assigned) variable.beforeOverwrite();
        if (!(await executable.deferred.fill(outputs))) throw await whyStopped(f, again());
      },
      profile: ({ now, runs = 100 }) => {
        if (!(Number.isInteger(runs) && runs > 0))
          throw new RangeError(`profile: runs is ${runs}; expected a whole number from 1 up.`);
        moveAlong();
        const { executable } = plan;
        if (executable.deferred) throw new UsageError("profile: webgpu cannot time the parts of a plan.");
        const timer = new PlanTimer(now, executable.lines.length);
        const timed = { ...plan, executable: plan.builder.build(plan.plan, timer.mark) };
        try {
          inputs.forEach((input, i) => timed.executable.write(i, input));
          for (let run = 0; run < 2 * runs; run++) {
            timer.begin();
            execute(timed, f, again);
            if (run >= runs) timer.keep();
          }
          return reportOf(timed.executable, timer.microseconds());
        } finally {
          timed.executable.dispose();
        }
      },
    };
    reclaim.register(bound, plan.executable, plan);
    return bound;
  };

  const describe = (...example: Args): PlanReport => {
    const tensors = example.map(numbersToTensors) as Args;
    return reportOf(find(tensorsIn(tensors), staticsOf(example), tensors).executable);
  };

  return Object.assign(call, { bind, plan: describe });
};

const sizeOfSpec = (spec: Spec): number => spec.shape.reduce((n, length) => n * length, 1);

const numbersToTensors = (arg: unknown): unknown => {
  if (typeof arg === "number") return scalarOf(arg, "float32");
  if (Array.isArray(arg)) return arg.map(numbersToTensors);
  if (arg && typeof arg === "object" && Object.getPrototypeOf(arg) === Object.prototype)
    return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, numbersToTensors(value)]));
  return arg;
};

/** The arguments with their tensors and numbers left open: the part of the key that is not shapes. */
const staticsOf = (args: readonly unknown[]): string =>
  args.every((arg) => arg instanceof Tensor)
    ? ""
    : JSON.stringify(args, (_key, value: unknown) =>
        value instanceof Tensor || typeof value === "number" ? "#" : value,
      );

const matches = (plan: { readonly specs: readonly Spec[] }, leaves: readonly Tensor[]): boolean =>
  leaves.every((leaf, i) => leaf.dtype === plan.specs[i].dtype && sameShape(leaf.shape, plan.specs[i].shape));

/** Runs the function symbolically. */
const trace = <Args extends unknown[], Result>(
  f: (...args: Args) => Result,
  args: Args,
  kept: readonly Setting[] | null = null,
): { recorder: Recorder; plan: Plan; specs: Spec[]; result: Result; outputs: readonly Tensor[] } => {
  if (currentRecorder()) throw new UsageError("compile: bind and plan cannot be used while another step is recorded.");
  const recorder = new Recorder(kept);
  const specs: Spec[] = [];
  const symbolic = mapTree((leaf) => {
    const spec = { shape: leaf.shape, dtype: leaf.dtype };
    specs.push(spec);
    return new Tensor(recorder.input(spec));
  }, args);
  const result = withRecorder(recorder, () => f(...symbolic));
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new UsageError("compile: got an async function; await outside, compute inside.");
  }
  const outputs = tensorsIn(result);
  return { recorder, plan: recorder.finish(outputs), specs, result, outputs };
};

const record = <Args extends unknown[], Result>(
  f: (...args: Args) => Result,
  args: Args,
  statics: string,
  kept: readonly Setting[] | null = null,
): Recorded<Result> => {
  const { recorder, plan, specs, result, outputs } = trace(f, args, kept);
  const float64 = recorder.needsFloat64;
  const variables = recorder.cells as readonly Variable[];
  const builder = backendFor(float64);
  return {
    cells: variables.map((variable) => ({ variable, buffer: variable.buffer(float64) })),
    departures: departures.count,
    backend: currentBackend(),
    specs,
    statics,
    plan,
    builder,
    executable: builder.build(plan),
    result: mapTree((leaf) => new Tensor(new Storage({ shape: leaf.shape, dtype: leaf.dtype })), result),
    outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    assigned: recorder.assignedCells as readonly Variable[],
    settings: recorder.settings,
  };
};

/** Whether the plan's Variables are where they were: one that went to another backend and came back has other memory. */
const isInPlace = (plan: Pick<Recorded<unknown>, "cells" | "departures">): boolean => {
  if (plan.departures === departures.count) return true;
  if (!plan.cells.every(({ variable, buffer }) => variable.livesIn(buffer))) return false;
  plan.departures = departures.count;
  return true;
};

const refuseChange = (known: Plan, now: Plan): void => {
  const change = changeOf(known, now);
  if (change)
    throw new UsageError(
      `compile: ${change}; the compiled step would go on with the old. Pass it as an argument or keep it in a Variable.`,
    );
};

/** Starts the plan on a backend that the host does not wait for; reading an output rejects where a guard stopped it. */
const start = <Args extends unknown[], Result>(
  plan: Recorded<Result>,
  deferred: DeferredRuns,
  f: (...args: Args) => Result,
  args: Args,
): Storage[] => {
  if (deferred.guarded && plan.outputs.length === 0)
    throw new UsageError(
      "compile: on webgpu a step that may be stopped by NaN must return something to await, such as the loss; this one returns no tensor.",
    );
  for (const variable of plan.assigned) variable.beforeOverwrite();
  return deferred.run().map((buffer, i) => {
    const storage = ownedStorage(plan.outputs[i], buffer);
    if (deferred.guarded) storage.whyStopped = () => whyStopped(f, args);
    return storage;
  });
};

/** Runs the function op by op, with Variables as they are now and left alone, to name the op that was not finite. */
const whyStopped = async <Args extends unknown[], Result>(f: (...args: Args) => Result, args: Args): Promise<Error> => {
  const again = (): Promise<NonFiniteError | null> => findNonFinite(() => f(...args));
  try {
    const { found } = scope(() => ({ found: withReplay(new Map(), again) }));
    const error = await found;
    if (error) return error;
  } catch (error) {
    // The arguments were tensors of a scope that has ended.
    if (!(error instanceof UsageError)) throw error;
  }
  return new NonFiniteError(
    "compile: the step was stopped by a value that is NaN or infinite; nothing was written. Which op made it cannot be told any more; await outputs sooner.",
    "compile",
  );
};

/** Runs the plan; where a guard stopped it, runs the function op by op, which names the op and throws. */
const execute = <Args extends unknown[], Result>(
  plan: Recorded<Result>,
  f: (...args: Args) => Result,
  args: Args | (() => Args),
): void => {
  for (const variable of plan.assigned) variable.beforeOverwrite();
  if (plan.executable.run()) return;
  f(...(typeof args === "function" ? args() : args));
  throw new NonFiniteError(
    "compile: the step was stopped by a value that is NaN or infinite in the compiled plan but not op by op; nothing was written by the plan.",
    "compile",
  );
};

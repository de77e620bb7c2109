// Where values live and ops run: storages, scopes, the selected backend, and the recorder of a compiled step.
import {
  type Attributes,
  type Backend,
  type DeferredReads,
  type DeviceBuffer,
  type Operand,
  type Spec,
  StoppedError,
} from "./backend.ts";
import { backendNamed, jsBackend } from "./backends/available.ts";
import { newArray, type TypedArray } from "./dtype.ts";
import { UsageError } from "./errors.ts";
import { callerLine, type LivingRecord, noteFreed, noteLiving } from "./living.ts";
import type { Recorder } from "./recorder.ts";
import { sizeOf } from "./shape.ts";

/**
 * The memory of one tensor, or of several that are reshapes of each other. One of three: ordinary garbage-collected memory
 * (`host`), memory of a backend that the scope it was made in frees (`device`), or a value of a plan being recorded (`symbol`).
 * A host storage used on a device keeps a copy there until the scope ends.
 */
export class Storage {
  readonly spec: Spec;
  readonly size: number;
  host: TypedArray | null;
  device: DeviceBuffer | null = null;
  /** Where `device` lies, if it outlives scopes: on a backend that the host cannot read at once; freed with the storage. */
  home: Backend | null = null;
  /** The value's number in the plan of `recorder`. */
  symbol = -1;
  recorder: Recorder | null = null;
  /** Belongs to a Variable, which may overwrite it; the scope must not free it. */
  borrowed = false;
  freed = false;
  /** Of an output of a plan with guards: the error to give where one of them failed. */
  whyStopped: (() => Promise<Error>) | null = null;
  /** Debug mode: the line that made it. */
  readonly living: LivingRecord | null;

  constructor(spec: Spec, host: TypedArray | null = null) {
    this.spec = spec;
    this.size = sizeOf(spec.shape);
    this.host = host;
    this.living = state.debug ? noteLiving(this, callerLine(), this.size * (spec.dtype === "float64" ? 8 : 4)) : null;
  }

  /** Its memory is gone. */
  markFreed(): void {
    this.freed = true;
    noteFreed(this.living);
  }
}

/** Everything that lives as long as one call of `scope`. */
interface Scope {
  readonly owned: Storage[];
  /** Host storages with a temporary copy on the device. */
  readonly uploads: Storage[];
  /** Told at the end, e.g. by Variables that have lent their memory. */
  readonly onClose: (() => void)[];
}

const state = {
  /** Chosen at first use, unless selectBackend came before. */
  backend: null as Backend | null,
  scopes: [] as Scope[],
  recorder: null as Recorder | null,
  /** How many differentiations are under way, one inside the other. */
  differentiations: 0,
  checkFinite: null as ((op: string, inputs: readonly Storage[], output: Storage) => void) | null,
  debug: false,
};

/** The backend in force: wasm, or js where an engine refuses to compile it. */
export const currentBackend = (): Backend => {
  state.backend ??= backendNamed("wasm") ?? jsBackend();
  return state.backend;
};
/** The backend in force; null before the first use. */
export const backendSoFar = (): Backend | null => state.backend;
/** Backends change only where no tensor lives on one. */
export const refuseInScope = (caller: string): void => {
  if (state.scopes.length > 0 || state.recorder)
    throw new UsageError(`${caller}: not inside grad, minimize, compile or scope.`);
};
export const setBackend = (backend: Backend): void => {
  refuseInScope("selectBackend");
  state.backend = backend;
};
/** The backend that runs values of these types: float64 exists on js alone. */
export const backendFor = (float64: boolean): Backend => (float64 ? jsBackend() : currentBackend());
export const currentRecorder = (): Recorder | null => state.recorder;
export const inScope = (): boolean => state.scopes.length > 0;
/**
 * In debug mode every tensor remembers the line that made it: the error about its use after its scope names that line, and `memory` tells
 * which lines made the tensors that are still held. A compiled function is recorded anew at each call, and what it captured from outside
 * must not have changed.
 */
export const setDebug = (on: boolean): void => {
  state.debug = on;
};

export const isDebug = (): boolean => state.debug;

export const withRecorder = <T>(recorder: Recorder, f: () => T): T => {
  const before = state.recorder;
  state.recorder = recorder;
  try {
    return f();
  } finally {
    state.recorder = before;
  }
};

/** Whether ops run one by one under a check, to name the first bad one. */
export const isChecking = (): boolean => state.checkFinite !== null;

/** Calls `check` after every op that `f` runs eagerly. */
export const withChecks = <T>(check: NonNullable<typeof state.checkFinite>, f: () => T): T => {
  const before = state.checkFinite;
  state.checkFinite = check;
  try {
    return f();
  } finally {
    state.checkFinite = before;
  }
};

const innermost = (): Scope | undefined => state.scopes[state.scopes.length - 1];

/** Registers a callback for the end of the innermost scope. */
export const onScopeClose = (callback: () => void): void => {
  innermost()?.onClose.push(callback);
};

/** Gives a device storage to the innermost scope. */
export const adopt = (storage: Storage): void => {
  innermost()?.owned.push(storage);
};

/** Runs `f` as part of a differentiation: until the outermost one ends, intermediate values are the history that gradients need. */
export const whileDifferentiating = <T>(f: () => T): T => {
  state.differentiations++;
  try {
    return f();
  } finally {
    state.differentiations--;
  }
};

export const isDifferentiating = (): boolean => state.differentiations > 0;

const synchronous = <T>(result: T): T => {
  if (!(result instanceof Promise)) return result;
  result.catch(() => {});
  throw new UsageError(
    "scope: got an async function; tensors made after its first await would outlive the scope. Await outside, compute inside.",
  );
};

/**
 * Runs `f` with a scope of its own; afterwards frees everything made inside but the storages that `kept` names in the result. Those pass
 * to the enclosing scope, or to ordinary memory. While a step is recorded or differentiated nothing is freed: all of it is still needed.
 */
export const runScope = <T>(f: () => T, kept: (result: T) => readonly Storage[]): T => {
  if (state.recorder || isDifferentiating()) return synchronous(f());
  const scope: Scope = { owned: [], uploads: [], onClose: [] };
  state.scopes.push(scope);
  let keep: readonly Storage[] = [];
  try {
    const result = synchronous(f());
    keep = kept(result);
    return result;
  } finally {
    state.scopes.pop();
    closeScope(scope, keep);
  }
};

/** Whether the differentiation under way is the only one, so that nobody will ask for the gradient of a gradient. */
export const isDifferentiatingOnce = (): boolean => state.differentiations === 1;

/**
 * Runs `f` and frees at once what it made in the innermost scope but the storages that `kept` names: for values that a gradient will make
 * again. Recorded values die by themselves.
 */
export const runForgetting = <T>(f: () => T, kept: (result: T) => readonly Storage[]): T => {
  const scope = innermost();
  if (!scope || state.recorder) return f();
  const start = scope.owned.length;
  const result = f();
  const keep = new Set(kept(result));
  for (const storage of scope.owned.splice(start)) {
    if (keep.has(storage)) scope.owned.push(storage);
    else if (storage.device) {
      storage.markFreed();
      currentBackend().free(storage.device);
      storage.device = null;
    }
  }
  return result;
};

const closeScope = (scope: Scope, keep: readonly Storage[]): void => {
  const outer = innermost();
  const kept = new Set(keep);
  const keepOrFree = (storage: Storage): void => {
    if (!storage.device) return;
    if (kept.has(storage)) {
      if (outer) outer.owned.push(storage);
      else if (currentBackend().deferred) outliveScopes(storage);
      else moveToHost(storage);
      return;
    }
    currentBackend().free(storage.device);
    storage.device = null;
    storage.markFreed();
  };
  forAll(
    [
      ...[...kept].map((storage) => () => {
        if (storage.borrowed) detach(storage, outer ?? null);
      }),
      ...scope.onClose,
      ...scope.uploads.map((storage) => () => {
        if (storage.device) currentBackend().free(storage.device);
        storage.device = null;
      }),
      ...scope.owned.map((storage) => () => keepOrFree(storage)),
    ],
    (action) => action(),
  );
};

/** From memory of the backend into ordinary memory; where there is none the backend's is freed all the same. */
const moveToHost = (storage: Storage): void => {
  const { device } = storage;
  try {
    storage.host = hostData(storage);
  } catch (error) {
    storage.markFreed();
    throw error;
  } finally {
    if (device) currentBackend().free(device);
    storage.device = null;
  }
};

/** Does something for each, also after one has thrown; then throws what came first. */
const forAll = <T>(items: readonly T[], f: (item: T) => void): void => {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      f(item);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
};

/** Device memory of tensors outside scopes comes back when the engine collects them. */
const reclaim = new FinalizationRegistry<{ backend: Backend; buffer: DeviceBuffer }>(({ backend, buffer }) =>
  backend.free(buffer),
);

/** Leaves a storage in the memory of a backend that cannot be read at once. */
const outliveScopes = (storage: Storage): void => {
  const backend = currentBackend();
  storage.home = backend;
  reclaim.register(storage, { backend, buffer: storage.device as DeviceBuffer }, storage);
};

/** A storage of device memory that nobody else holds: it belongs to the innermost scope, or else outlives scopes. */
export const ownedStorage = (spec: Spec, device: DeviceBuffer): Storage => {
  const storage = new Storage(spec);
  storage.device = device;
  if (inScope()) adopt(storage);
  else outliveScopes(storage);
  return storage;
};

/** A copy of device memory, as a storage of its own. */
export const copiedStorage = (spec: Spec, device: DeviceBuffer): Storage => {
  const own = currentBackend().allocate(spec.dtype, sizeOf(spec.shape));
  currentBackend().copy(device, own);
  return ownedStorage(spec, own);
};

/** Gives a borrowed storage memory of its own, because the Variable is about to change or the scope to end. */
export const detach = (storage: Storage, scope: { readonly owned: Storage[] } | null = innermost() ?? null): void => {
  if (!storage.borrowed) return;
  storage.borrowed = false;
  if (!storage.device) {
    if (storage.host) storage.host = storage.host.slice();
    return;
  }
  const lent = storage.device;
  if (scope) {
    storage.device = currentBackend().allocate(storage.spec.dtype, storage.size);
    currentBackend().copy(lent, storage.device);
    scope.owned.push(storage);
  } else if (currentBackend().deferred) {
    storage.device = currentBackend().allocate(storage.spec.dtype, storage.size);
    currentBackend().copy(lent, storage.device);
    outliveScopes(storage);
  } else {
    storage.host = hostData(storage);
    storage.device = null;
  }
};

/** The elements as an array of the host; a view of the storage's own memory where it has one: not to be written. */
export const hostData = (storage: Storage): TypedArray => {
  if (storage.host) return storage.host;
  if (storage.recorder)
    throw new UsageError(
      "A value was read while its step is being recorded: inside compile() values do not exist yet. Return the tensor and read it outside.",
    );
  if (storage.freed || !storage.device)
    throw new UsageError(
      `A tensor ${JSON.stringify(storage.spec.shape)} was used after the scope that made it had ended; return it from the scope${storage.living ? ` (made ${storage.living.line})` : ""}.`,
    );
  const out = newArray(storage.spec.dtype, storage.size);
  (storage.home ?? currentBackend()).read(storage.device, out);
  return out;
};

/** A copy of the elements as they are at the call. */
export const readStorage = (storage: Storage): TypedArray | Promise<TypedArray> => {
  const deferred = (storage.home ?? currentBackend()).deferred;
  if (!storage.host && storage.device && deferred) return readDeferred(storage, storage.device, deferred);
  const data = hostData(storage);
  return data === storage.host ? (data.slice() as TypedArray) : data;
};

const readDeferred = async (storage: Storage, device: DeviceBuffer, from: DeferredReads): Promise<TypedArray> => {
  const { whyStopped } = storage;
  let data: TypedArray;
  try {
    data = await from.read(device);
  } catch (error) {
    throw error instanceof StoppedError && whyStopped ? await whyStopped() : error;
  }
  // What outlives scopes is kept once: on the host from now on.
  if (storage.home && storage.device === device) comeHome(storage, data.slice() as TypedArray);
  return data;
};

/** What outlived scopes goes to ordinary memory. */
const comeHome = (storage: Storage, data: TypedArray): void => {
  storage.host = data;
  storage.home?.free(storage.device as DeviceBuffer);
  reclaim.unregister(storage);
  storage.device = null;
  storage.home = null;
};

/** The storage's memory on the selected backend, copied there until the scope's end if it is not. */
export const deviceBuffer = (storage: Storage): DeviceBuffer => {
  if (storage.device && (storage.home ?? currentBackend()) === currentBackend()) return storage.device;
  const data = hostData(storage);
  if (storage.home) comeHome(storage, data);
  const buffer = currentBackend().allocate(storage.spec.dtype, storage.size);
  currentBackend().write(buffer, data);
  storage.device = buffer;
  innermost()?.uploads.push(storage);
  return buffer;
};

/** A tensor as the engine sees it. */
export interface Held extends Spec {
  readonly storage: Storage;
}

const isFloat64 = (value: Spec): boolean => value.dtype === "float64";

/** Runs one primitive, or records it; shapes have been checked. */
export const compute = (op: string, attributes: Attributes, inputs: readonly Held[], spec: Spec): Storage => {
  if (state.recorder) return state.recorder.step(op, attributes, inputs, spec);
  const onJs = currentBackend() === jsBackend() || isFloat64(spec) || inputs.some(isFloat64);
  const output = onJs ? computeOnHost(op, attributes, inputs, spec) : computeOnDevice(op, attributes, inputs, spec);
  state.checkFinite?.(
    op,
    inputs.map((input) => input.storage),
    output,
  );
  return output;
};

const computeOnHost = (op: string, attributes: Attributes, inputs: readonly Held[], spec: Spec): Storage => {
  const data = newArray(spec.dtype, sizeOf(spec.shape));
  const operands = inputs.map(({ shape, dtype, storage }): Operand => ({ shape, dtype, buffer: hostData(storage) }));
  jsBackend().execute(op, attributes, operands, { ...spec, buffer: data });
  return new Storage(spec, data);
};

const computeOnDevice = (op: string, attributes: Attributes, inputs: readonly Held[], spec: Spec): Storage => {
  if (!inScope())
    return runScope(
      () => computeOnDevice(op, attributes, inputs, spec),
      (storage) => [storage],
    );
  const storage = new Storage(spec);
  const operands = inputs.map(
    (input): Operand => ({ shape: input.shape, dtype: input.dtype, buffer: deviceBuffer(input.storage) }),
  );
  storage.device = currentBackend().allocate(spec.dtype, storage.size);
  adopt(storage);
  currentBackend().execute(op, attributes, operands, { ...spec, buffer: storage.device });
  return storage;
};

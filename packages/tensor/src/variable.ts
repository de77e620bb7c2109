// State that outlives a scope: the mutable cell, and its trainable kind.
import type { Backend, DeviceBuffer, Shape } from "./backend.ts";
import { jsBackend } from "./backends/available.ts";
import { type DType, newArray, type TypedArray } from "./dtype.ts";
import {
  backendFor,
  copiedStorage,
  currentBackend,
  currentRecorder,
  detach,
  deviceBuffer,
  hostData,
  inScope,
  onScopeClose,
  Storage,
} from "./engine.ts";
import { ShapeError, UsageError } from "./errors.ts";
import type { Cell } from "./recorder.ts";
import { sameShape, showShape, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** Backend memory of Variables that are gone is freed when the engine collects them. */
const reclaim = new FinalizationRegistry<{ backend: Backend; buffer: DeviceBuffer }>(({ backend, buffer }) =>
  backend.free(buffer),
);

/** How many times a Variable has left the memory of a backend: plans that use it there are void. */
export const departures = { count: 0 };

/** While a function runs that will run again: what each Variable held when it first met it. */
let journal: Map<Variable, Tensor> | null = null;
/** While it runs again: what stands for the values of Variables, which are left alone. */
let replayed: Map<Variable, Tensor> | null = null;

/** Runs `f` and notes the value of each Variable that it reads or assigns as it was before. */
export const withJournal = <T>(f: () => T): [result: T, journal: ReadonlyMap<Variable, Tensor>] => {
  const outer = journal;
  const own = new Map<Variable, Tensor>();
  journal = own;
  try {
    return [f(), own];
  } finally {
    journal = outer;
    for (const [variable, value] of own) if (outer && !outer.has(variable)) outer.set(variable, value);
  }
};

/** Runs `f` with Variables as a journal says they were; assignments are seen by `f` alone. */
export const withReplay = <T>(values: ReadonlyMap<Variable, Tensor>, f: () => T): T => withValues(values, f)[0];

/**
 * Runs `f` with other values in some Variables: a model with the weights of another. Assignments to any Variable are seen by `f` alone; what
 * was assigned comes back beside the result.
 */
export const withValues = <T>(
  values: ReadonlyMap<Variable, Tensor>,
  f: () => T,
): [result: T, assigned: ReadonlyMap<Variable, Tensor>] => {
  const outer = replayed;
  const before = new Map([...(outer ?? []), ...values]);
  const own = new Map(before);
  replayed = own;
  try {
    const result = f();
    return [result, new Map([...own].filter(([variable, value]) => before.get(variable) !== value))];
  } finally {
    replayed = outer;
  }
};

/** A mutable cell of fixed shape and type: running statistics, moments, counters, target weights. */
export class Variable implements Cell {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Stable name, as in a state dict. */
  name: string;
  private backend: Backend = jsBackend();
  private memory: DeviceBuffer;
  /** The tensor that shares this memory until the scope ends or the next assignment. */
  private lent: Tensor | null = null;

  constructor(initial: Tensor, name = "") {
    this.shape = initial.shape;
    this.dtype = initial.dtype;
    this.name = name;
    const { storage } = initial;
    if (currentBackend().deferred && storage.device && !storage.host) {
      this.backend = currentBackend();
      this.memory = this.backend.allocate(this.dtype, storage.size);
      this.backend.copy(deviceBuffer(storage), this.memory);
      reclaim.register(this, { backend: this.backend, buffer: this.memory }, this);
    } else this.memory = hostData(storage).slice() as TypedArray;
  }

  /** The current value. Inside a scope it shares the cell's memory, and keeps its value if the cell is assigned later. */
  get value(): Tensor {
    const value = replayed?.get(this) ?? this.current();
    if (journal && !journal.has(this)) journal.set(this, value);
    return value;
  }

  private current(): Tensor {
    const recorder = currentRecorder();
    if (recorder) return this.lend(recorder.read(this));
    if (!inScope()) return new Tensor(this.ownStorage());
    if (this.lent && !this.lent.storage.recorder) return this.lent;
    const storage = new Storage(this);
    const memory = this.buffer(this.dtype === "float64");
    if (this.backend === jsBackend()) storage.host = memory as TypedArray;
    else storage.device = memory;
    storage.borrowed = true;
    const tensor = this.lend(storage);
    onScopeClose(() => {
      if (storage.borrowed) {
        storage.host = null;
        storage.device = null;
        storage.markFreed();
      }
      if (this.lent === tensor) this.lent = null;
    });
    return tensor;
  }

  /** The value in memory of its own. */
  private ownStorage(): Storage {
    if (this.backend.deferred && this.backend === currentBackend()) return copiedStorage(this, this.memory);
    return new Storage(this, this.toHost());
  }

  private lend(storage: Storage): Tensor {
    if (this.lent?.storage !== storage) this.lent = new Tensor(storage);
    return this.lent as Tensor;
  }

  /** Replaces the value; shape and type must be the cell's. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      throw new ShapeError(
        `assign: variable ${this.name || "(unnamed)"} holds ${this.dtype} ${showShape(this.shape)}, got ${value.dtype} ${showShape(value.shape)}.`,
      );
    if (journal && !journal.has(this)) journal.set(this, this.value);
    if (!replayed && value.lane)
      throw new UsageError(
        `assign: variable ${this.name || "(unnamed)"} got a value that differs from slice to slice of vmap; return it and assign all outside.`,
      );
    if (replayed) {
      replayed.set(this, value);
      return;
    }
    const recorder = currentRecorder();
    if (recorder) {
      this.lent = null;
      recorder.assign(this, value);
      return;
    }
    this.beforeOverwrite();
    const target = this.buffer(this.dtype === "float64");
    if (this.backend === jsBackend()) (target as TypedArray).set(hostData(value.storage) as Float32Array);
    else if (value.storage.device || inScope()) this.backend.copy(deviceBuffer(value.storage), target);
    else this.backend.write(target, hostData(value.storage));
  }

  /** Replaces the value from an array of the cell's size. */
  set(data: ArrayLike<number>): void {
    const copy = newArray(this.dtype, sizeOf(this.shape));
    if (data.length !== copy.length)
      throw new ShapeError(
        `set: variable ${this.name || "(unnamed)"} has ${copy.length} elements, got ${data.length}.`,
      );
    copy.set(data as ArrayLike<number> as Float32Array);
    this.beforeOverwrite();
    const target = this.buffer(this.dtype === "float64", copy);
    if (this.backend === jsBackend()) (target as TypedArray).set(copy as Float32Array);
    else this.backend.write(target, copy);
  }

  /** A copy of the elements, at once: not on webgpu, where `value.data()` is awaited. */
  toHost(): TypedArray {
    if (this.backend === jsBackend()) return (this.memory as TypedArray).slice();
    const out = newArray(this.dtype, sizeOf(this.shape));
    this.backend.read(this.memory, out);
    return out;
  }

  /** Called before the cell's memory changes: whoever still holds the old value gets a copy. */
  beforeOverwrite(): void {
    if (this.lent && !this.lent.storage.recorder) detach(this.lent.storage);
    this.lent = null;
  }

  /** Whether this is its lasting memory. */
  livesIn(buffer: DeviceBuffer): boolean {
    return this.memory === buffer;
  }

  /** The lasting memory on the backend in use, moved there the first time: the value, or what is about to replace it. */
  buffer(float64: boolean, replacement: TypedArray | null = null): DeviceBuffer {
    const wanted = float64 ? jsBackend() : backendFor(this.dtype === "float64");
    if (this.backend === wanted) return this.memory;
    this.beforeOverwrite();
    const data = replacement ?? this.toHost();
    if (this.backend !== jsBackend()) {
      reclaim.unregister(this);
      this.backend.free(this.memory);
      departures.count++;
    }
    this.backend = wanted;
    if (wanted === jsBackend()) this.memory = data;
    else {
      this.memory = wanted.allocate(this.dtype, data.length);
      wanted.write(this.memory, data);
      reclaim.register(this, { backend: currentBackend(), buffer: this.memory }, this);
    }
    return this.memory;
  }
}

/** A trainable Variable: what optimizers differentiate. */
export class Parameter extends Variable {}

/** Copies the value of each Variable into its partner: a target network. */
export const copy = (from: readonly Variable[], to: readonly Variable[]): void => {
  checkPairs("copy", from, to);
  from.forEach((source, i) => to[i].assign(source.value));
};

/** to ← (1 − tau)·to + tau·from: Polyak averaging of target networks (Lillicrap et al. 2016). */
export const blend = (from: readonly Variable[], to: readonly Variable[], tau: number): void => {
  checkPairs("blend", from, to);
  from.forEach((source, i) => to[i].assign(to[i].value.mul(1 - tau).add(source.value.mul(tau))));
};

const checkPairs = (op: string, from: readonly Variable[], to: readonly Variable[]): void => {
  if (from.length !== to.length) throw new ShapeError(`${op}: ${from.length} variables for ${to.length}.`);
};

// What the core asks of a backend: memory, single ops, and whole recorded plans.
import type { DType, TypedArray } from "./dtype.ts";

export type Shape = readonly number[];

export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Plain data: the static parameters of an op (axes, flags, …). Part of a plan's identity. */
export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>;

/** Memory of a backend. On js it is a typed array; elsewhere an address. All tensors are contiguous and row-major. */
export interface DeviceBuffer {
  readonly byteLength: number;
}

/** A buffer seen as a tensor. */
export interface Operand extends Spec {
  readonly buffer: DeviceBuffer;
}

/** Where a value of a recorded plan comes from. */
export type ValueSource =
  /** Argument number `index` of the compiled function; written before each run. */
  | { readonly kind: "input"; readonly index: number }
  /** Data known at recording. */
  | { readonly kind: "constant"; readonly data: TypedArray }
  /** The memory of a Variable as it was before the run. Its buffer keeps its address for as long as the Variable lives. */
  | { readonly kind: "variable"; readonly buffer: DeviceBuffer }
  /** Output of the step that names this value. */
  | { readonly kind: "step" }
  /** The same memory as another value under a different shape (reshape). */
  | { readonly kind: "view"; readonly of: number };

export interface PlanValue extends Spec {
  readonly source: ValueSource;
}

/** One entry of a plan, in order of execution. */
export type PlanStep =
  | {
      readonly kind: "op";
      readonly op: string;
      readonly attributes: Attributes;
      readonly inputs: readonly number[];
      readonly output: number;
      /**
       * Grows at every fence; 0 where left out. A backend that moves steps must not move one before the steps of an earlier epoch: what a
       * checkpoint computes again would be there early, and be kept all the while.
       */
      readonly epoch?: number;
    }
  /** Where the value (a bool scalar) is false the run stops: it returns false and no Variable has changed. */
  | { readonly kind: "guard"; readonly value: number };

/** A whole recorded function. Values are named by their index. Steps without effect on outputs, guards or assigns are already gone. */
export interface Plan {
  readonly values: readonly PlanValue[];
  readonly steps: readonly PlanStep[];
  /** Value of each argument, by argument index. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /**
   * Variables that get a new value at the end of the run, all at once: every right-hand side means the values before the run
   * ("variable" sources) or values of steps. A backend may write earlier, in place, where nobody can tell: no later step or
   * assignment reads the old value and no later guard can fail.
   */
  readonly assigns: readonly { readonly buffer: DeviceBuffer; readonly value: number }[];
}

/** One part of a built plan, for printing. */
export interface PlanLine {
  /**
   * "loop": elementwise ops in one pass; "kernel": an op by a kernel of the backend's own; "reference": an op by the js backend's;
   * "guard"; "assign": Variables that get their new values by copying.
   */
  readonly kind: "loop" | "kernel" | "reference" | "guard" | "assign";
  /** In order; none of a guard and of assignments. */
  readonly ops: readonly string[];
  /** What it reads from memory; of an op its operands. */
  readonly inputs: readonly Spec[];
  /** What it writes to memory. */
  readonly outputs: readonly Spec[];
}

/** Called in a run of a plan twice at the beginning and once behind each line. */
export type Mark = () => void;

/** A plan made ready to run again and again without allocating. */
export interface Executable {
  /** Copies an argument in. `data.length` equals the input's size. */
  write(index: number, data: TypedArray): void;
  /** Copies an argument in from memory of the same backend. */
  writeFrom(index: number, buffer: DeviceBuffer): void;
  /** Runs everything; false where a guard failed. */
  run(): boolean;
  /** Copies an output out, valid until the next run of any plan. */
  read(index: number, out: TypedArray): void;
  /** Instead of `run` and `read` on a backend with deferred reads. */
  readonly deferred?: DeferredRuns;
  readonly lines: readonly PlanLine[];
  /** Bytes of temporaries. */
  readonly arenaBytes: number;
  /** How many threads share the work; 1 where it is not said. */
  readonly threads?: number;
  dispose(): void;
}

/** Runs of a plan on a device that the host does not wait for. A guard that fails still keeps everything from being written. */
export interface DeferredRuns {
  /** Whether there are guards, so that a run may be stopped. */
  readonly guarded: boolean;
  /** Starts a run and returns its outputs in memory of their own; to read one rejects with a StoppedError where a guard failed. */
  run(): readonly DeviceBuffer[];
  /** Starts a run; resolves when the outputs are in these arrays, or to false where a guard failed. */
  fill(outs: readonly TypedArray[]): Promise<boolean>;
}

/** Reading where the host does not wait for the device. Everything happens in the order of the calls. */
export interface DeferredReads {
  /** All elements as they are at the call. */
  read(buffer: DeviceBuffer): Promise<TypedArray>;
  /** Brings everything to the host, where `read` of the backend finds it until `resume`: another backend will be in force. */
  suspend(): Promise<void>;
  resume(): void;
}

/** A plan was stopped by a guard, and what was to be read is of no meaning. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

export interface Backend {
  readonly name: "js" | "wasm" | "webgpu";
  /** "strict": multiply, then add. "fused": one rounding. The js backend is strict. */
  readonly numerics: "strict" | "fused" | "statistical";
  supports(dtype: DType): boolean;
  allocate(dtype: DType, size: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, data: TypedArray): void;
  /** Copies `out.length` elements, at once; an error on a backend with deferred reads. */
  read(buffer: DeviceBuffer, out: TypedArray): void;
  /** On a backend whose memory the host cannot read at once (webgpu). */
  readonly deferred?: DeferredReads;
  copy(from: DeviceBuffer, to: DeviceBuffer): void;
  /** Runs one op at once. Shapes were checked; `output.buffer` is fresh memory. */
  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): void;
  /** `mark`: for timing the lines, on one thread. */
  build(plan: Plan, mark?: Mark): Executable;
  /** How many threads run plans; 1 where it is not said. */
  threads?(): number;
  /** Ends all threads but the caller's, which from then on runs plans alone; the backend is not selected again. */
  endThreads?(): Promise<void>;
  /** Whether its threads have been ended, so that its plans are of no use any more. */
  readonly ended?: boolean;
  /** Bytes handed out, bytes held of the system, and the most that there can be where that is known. */
  memory(): { readonly inUse: number; readonly reserved: number; readonly limit?: number };
}

// Records the ops of a compiled function as a Plan instead of running them.
import type { Attributes, DeviceBuffer, Plan, PlanStep, PlanValue, Shape, Spec } from "./backend.ts";
import type { TypedArray } from "./dtype.ts";
import { type Held, Storage } from "./engine.ts";
import { UsageError } from "./errors.ts";

/** The memory of a Variable as the recorder sees it. */
export interface Cell extends Spec {
  /** Its lasting memory on the backend that the plan is for. */
  buffer(float64: boolean): DeviceBuffer;
}

type Source =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly data: TypedArray }
  | { readonly kind: "variable"; readonly cell: Cell }
  | { readonly kind: "step" }
  | { readonly kind: "view"; readonly of: number };

interface Value extends Spec {
  readonly source: Source;
}

/** A setting that a plan depends on, and what it was. */
export interface Setting {
  readonly read: () => unknown;
  readonly value: unknown;
}

export class Recorder {
  private readonly values: Value[] = [];
  private readonly steps: PlanStep[] = [];
  private readonly inputs: number[] = [];
  private readonly constants = new Map<Storage, number>();
  private readonly scalars = new Map<string, number>();
  /** Outputs of steps and views by what they are made of: what is computed twice is one value. */
  private readonly known = new Map<string, number>();
  private readonly current = new Map<Cell, Storage>();
  private readonly assigned = new Map<Cell, number>();
  private float64 = false;
  private epoch = 0;
  /** What the recorded function read of settings that are no tensors; the plan holds while they stay so. */
  readonly settings: Setting[] = [];
  /** What these settings are to be, whatever they are by now; null: as they are. */
  readonly kept: readonly Setting[] | null;

  constructor(kept: readonly Setting[] | null = null) {
    this.kept = kept;
  }

  private add(spec: Spec, source: Source): number {
    if (spec.dtype === "float64") this.float64 = true;
    this.values.push({ shape: spec.shape, dtype: spec.dtype, source });
    return this.values.length - 1;
  }

  private storage(spec: Spec, symbol: number): Storage {
    const storage = new Storage(spec);
    storage.symbol = symbol;
    storage.recorder = this;
    return storage;
  }

  /** The next argument of the recorded function. */
  input(spec: Spec): Storage {
    const id = this.add(spec, { kind: "input", index: this.inputs.length });
    this.inputs.push(id);
    return this.storage(spec, id);
  }

  /** The number of a tensor in this plan; data from outside becomes a constant. */
  idOf(held: Held): number {
    const { storage } = held;
    if (storage.recorder === this) return storage.symbol;
    if (storage.recorder)
      throw new UsageError("compile: a tensor of another recording was used; nothing of it lives on.");
    if (!storage.host)
      throw new UsageError(
        "compile: a tensor of an enclosing scope was captured by the recorded function; pass it as an argument.",
      );
    if (storage.size === 1 && held.shape.length === 0) return this.scalar(storage);
    let id = this.constants.get(storage);
    if (id === undefined) {
      id = this.add(storage.spec, { kind: "constant", data: storage.host });
      this.constants.set(storage, id);
    }
    return held.shape === storage.spec.shape ? id : this.add(held, { kind: "view", of: id });
  }

  private scalar(storage: Storage): number {
    const { dtype } = storage.spec;
    const data = (storage.host as TypedArray).slice();
    const key = `${dtype}:${Object.is(data[0], -0) ? "-0" : data[0]}`;
    let id = this.scalars.get(key);
    if (id === undefined) {
      id = this.add({ shape: [], dtype }, { kind: "constant", data });
      this.scalars.set(key, id);
    }
    return id;
  }

  step(op: string, attributes: Attributes, inputs: readonly Held[], spec: Spec): Storage {
    const ids = inputs.map((input) => this.idOf(input));
    return this.once(`${op} ${ids.join()} ${JSON.stringify(attributes)}`, spec, () => {
      const output = this.add(spec, { kind: "step" });
      this.steps.push({
        kind: "op",
        op,
        attributes,
        inputs: ids,
        output,
        ...(this.epoch > 0 && { epoch: this.epoch }),
      });
      return output;
    });
  }

  /** Ops are functions of their inputs and attributes, drawing random numbers too: their state is an input. */
  private once(key: string, spec: Spec, make: () => number): Storage {
    let id = this.known.get(key);
    if (id === undefined) {
      id = make();
      this.known.set(key, id);
    }
    return this.storage(spec, id);
  }

  view(held: Held, shape: Shape): Storage {
    const spec = { shape, dtype: held.dtype };
    const of = this.idOf(held);
    return this.once(`view ${of} ${shape.join()}`, spec, () => this.add(spec, { kind: "view", of }));
  }

  /** What is recorded from here on must not run before what was recorded so far, and is made anew, also where it was made before. */
  fence(): void {
    this.epoch++;
    this.known.clear();
  }

  guard(held: Held): void {
    this.steps.push({ kind: "guard", value: this.idOf(held) });
  }

  /** What the Variable holds at this point of the recorded function. */
  read(cell: Cell): Storage {
    let storage = this.current.get(cell);
    if (!storage) {
      storage = this.storage(cell, this.add(cell, { kind: "variable", cell }));
      this.current.set(cell, storage);
    }
    return storage;
  }

  assign(cell: Cell, held: Held): Storage {
    const id = this.idOf(held);
    const storage = this.storage(cell, id);
    this.current.set(cell, storage);
    this.assigned.set(cell, id);
    return storage;
  }

  /** Cells that the recorded function assigns. */
  get assignedCells(): readonly Cell[] {
    return [...this.assigned.keys()];
  }

  /** Cells that the recorded function reads or assigns. */
  get cells(): readonly Cell[] {
    return [...this.current.keys()];
  }

  get needsFloat64(): boolean {
    return this.float64;
  }

  /** The plan so far, without the steps that nothing needs. */
  finish(outputs: readonly Held[]): Plan {
    const outputIds = outputs.map((output) => this.idOf(output));
    const needed = new Uint8Array(this.values.length);
    const need = (id: number): void => {
      let value = id;
      needed[value] = 1;
      for (let source = this.values[value].source; source.kind === "view"; source = this.values[value].source) {
        value = source.of;
        needed[value] = 1;
      }
    };
    for (const id of outputIds) need(id);
    for (const id of this.assigned.values()) need(id);
    const kept: PlanStep[] = [];
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const step = this.steps[i];
      if (step.kind === "guard") need(step.value);
      else if (needed[step.output]) for (const id of step.inputs) need(id);
      else continue;
      kept.push(step);
    }
    return this.renumber(needed, kept.reverse(), outputIds);
  }

  /** Leaves out the values that nothing needs; arguments always stay. */
  private renumber(needed: Uint8Array, steps: readonly PlanStep[], outputs: readonly number[]): Plan {
    const numbers = new Int32Array(this.values.length).fill(-1);
    const values: PlanValue[] = [];
    this.values.forEach((value, id) => {
      if (!needed[id] && value.source.kind !== "input") return;
      numbers[id] = values.length;
      values.push({ shape: value.shape, dtype: value.dtype, source: this.place(value.source, numbers) });
    });
    const at = (id: number): number => numbers[id];
    return {
      values,
      steps: steps.map((step) =>
        step.kind === "guard"
          ? { kind: "guard", value: at(step.value) }
          : { ...step, inputs: step.inputs.map(at), output: at(step.output) },
      ),
      inputs: this.inputs.map(at),
      outputs: outputs.map(at),
      assigns: [...this.assigned].map(([cell, id]) => ({ buffer: cell.buffer(this.float64), value: at(id) })),
    };
  }

  private place(source: Source, numbers: Int32Array): PlanValue["source"] {
    if (source.kind === "variable") return { kind: "variable", buffer: source.cell.buffer(this.float64) };
    if (source.kind === "view") return { kind: "view", of: numbers[source.of] };
    return source;
  }
}

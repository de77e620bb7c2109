// A whole plan as one WebAssembly module: loops of its own, calls of kernels, guards, assignments, in one function.
import type { Attributes, DeviceBuffer, Executable, Plan, PlanLine, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import {
  andI32,
  type Code,
  call,
  copyBytes,
  encodeModule,
  FunctionBuilder,
  i32,
  ifThen,
  isZeroI32,
  loadI32,
  returnValue,
  storeI32,
} from "./emitter.ts";
import { callsOf, type KernelName, kernelNames, type Placed, scratchOf, signatureOf } from "./library.ts";
import { type Constants, flatLoop, type LoopBody, type LoopInput, rowLoop } from "./loop.ts";
import { type ArenaPool, type Memory, WasmBuffer, writeElements } from "./memory.ts";
import { type Life, placeByLiveness } from "./placement.ts";
import { type FusedStep, type Item, type LoopItem, makesOf, readersOf, schedule } from "./schedule.ts";
import { shareTurned } from "./share.ts";

/** What a plan needs of its backend. */
export interface PlanHost {
  readonly memory: Memory;
  readonly arenas: ArenaPool;
  readonly constants: Constants;
  readonly kernels: Readonly<Record<KernelName, (...parameters: number[]) => number | undefined>>;
  /** The reference kernel of an op, prepared for these places. */
  reference(op: string, attributes: Attributes, inputs: readonly Placed[], output: Placed): () => void;
  instantiate(bytes: Uint8Array<ArrayBuffer>, functions: WebAssembly.ModuleImports): WebAssembly.Exports;
}

/** Kernels by number; behind them the call into JavaScript for ops that have none. */
const imports = [...kernelNames.map(signatureOf), { name: "reference", parameters: ["i32"], result: null } as const];
const REFERENCE = kernelNames.length;

export const buildPlan = (plan: Plan, host: PlanHost): Executable => {
  const builder = new PlanBuilder(shareTurned(plan), host);
  try {
    return builder.build();
  } catch (error) {
    builder.release();
    throw error;
  }
};

class PlanBuilder {
  private readonly plan: Plan;
  private readonly host: PlanHost;
  private readonly roots: readonly number[];
  private readonly items: readonly Item[];
  /** Numbers of the items that read each root. */
  private readonly readers = new Map<number, readonly number[]>();
  /** First item after the last guard. */
  private readonly safeFrom: number;
  /** Variables that a loop writes in place: address by value. */
  private readonly inPlace = new Map<number, WasmBuffer>();
  /** Give back, one by one, what the plan holds. */
  private readonly releases: (() => void)[] = [];
  /** Address of each root. */
  private readonly pointers = new Map<number, number>();
  private readonly scratch = new Map<Item, number>();
  private readonly references: (() => void)[] = [];
  /** Items without a kernel here. */
  private readonly slow = new Set<Item>();
  private readonly loops: FunctionBuilder[] = [];
  private arenaBytes = 0;

  constructor(plan: Plan, host: PlanHost) {
    this.plan = plan;
    this.host = host;
    const keep = [...plan.outputs, ...plan.assigns.map(({ value }) => value)];
    const { items, roots } = schedule(plan, rootsIn(plan, keep));
    this.items = items;
    this.roots = roots;
    const numbers = new Map(items.map((item, i) => [item, i]));
    for (const [root, found] of readersOf(items, roots))
      this.readers.set(
        root,
        [...found].map((item) => numbers.get(item) as number),
      );
    this.safeFrom = items.findLastIndex(({ kind }) => kind === "guard") + 1;
  }

  build(): Executable {
    this.chooseInPlace();
    this.allocate();
    const { plan, host } = this;
    const { memory } = host;
    const code: Code[] = this.items.map((item) => this.itemCode(item));
    const outputs = this.endCode(code);
    const run = new FunctionBuilder("run", [], "i32");
    run.body = [code, i32(1)];
    const bytes = encodeModule([...this.loops, run], imports);
    const { references } = this;
    const exports = host.instantiate(bytes, { ...host.kernels, reference: (i: number) => references[i]() });
    const runPlan = exports.run as () => number;
    const inputs = plan.inputs.map((id) => this.bufferOf(id));
    return {
      write: (index, data) => writeElements(inputs[index].elements(memory), data),
      writeFrom: (index, buffer) =>
        writeElements(inputs[index].elements(memory), (buffer as WasmBuffer).elements(memory)),
      run: () => runPlan() === 1,
      read: (index, out) => memory.read(outputs[index], out),
      lines: this.items.flatMap((item) => this.line(item)),
      arenaBytes: this.arenaBytes,
      dispose: () => this.release(),
    };
  }

  /** Gives back all memory. */
  release(): void {
    for (const release of this.releases.splice(0)) release();
  }

  private spec(id: number): Spec {
    return this.plan.values[id];
  }

  private bytes(id: number): number {
    return sizeOf(this.spec(id).shape) * 4;
  }

  private pointer(id: number): number {
    const pointer = this.pointers.get(this.roots[id]);
    if (pointer === undefined) throw new Error("internal: a value of a plan has no memory.");
    return pointer;
  }

  private placed(id: number): Placed {
    const { shape, dtype } = this.spec(id);
    return { shape, dtype, pointer: this.pointer(id) };
  }

  /** A value's memory as a buffer; not to be released. */
  private bufferOf(id: number): WasmBuffer {
    const { shape, dtype } = this.spec(id);
    return new WasmBuffer(this.pointer(id), dtype, sizeOf(shape), 0);
  }

  private fresh({ dtype, shape }: Spec): WasmBuffer {
    const buffer = this.host.memory.allocate(dtype, sizeOf(shape));
    this.releases.push(() => this.host.memory.release(buffer));
    return buffer;
  }

  /**
   * A loop writes its result straight into the Variable that is assigned it, where nobody can tell: no guard comes after, nobody reads the old
   * value later, and the loop itself reads it only at the place that it writes.
   */
  private chooseInPlace(): void {
    const { plan, roots } = this;
    const variableOf = new Map<DeviceBuffer, number>();
    plan.values.forEach(({ source }, id) => {
      if (source.kind === "variable") variableOf.set(source.buffer, id);
    });
    const outputs = new Set(plan.outputs.map((id) => roots[id]));
    const sources = new Set(plan.assigns.map(({ value }) => roots[value]));
    for (const { buffer, value } of plan.assigns) {
      const root = roots[value];
      const made = this.items.findIndex((item) => item.kind === "loop" && makesOf(item).includes(root));
      if (made < this.safeFrom || this.inPlace.has(root)) continue;
      const old = variableOf.get(buffer);
      if (old !== undefined) {
        if (outputs.has(old) || sources.has(old)) continue;
        const readers = this.readers.get(old) ?? [];
        if (readers.some((i) => i > made || (i === made && (this.items[i] as LoopItem).columns !== null))) continue;
      }
      this.inPlace.set(root, buffer as WasmBuffer);
    }
  }

  /** Gives every value an address: inputs and constants their own, intermediate ones a part of the arena. */
  private allocate(): void {
    const { plan, roots } = this;
    plan.values.forEach((value, id) => {
      const { source } = value;
      if (source.kind === "variable") this.pointers.set(id, (source.buffer as WasmBuffer).pointer);
      else if (source.kind === "input" || source.kind === "constant") {
        const buffer = this.fresh(value);
        if (source.kind === "constant") writeElements(buffer.elements(this.host.memory), source.data);
        this.pointers.set(id, buffer.pointer);
      }
    });
    for (const [root, buffer] of this.inPlace) this.pointers.set(root, buffer.pointer);
    const lives: Life[] = [];
    const users: ((pointer: number) => void)[] = [];
    const atEnd = new Set([...plan.outputs, ...plan.assigns.map(({ value }) => value)].map((id) => roots[id]));
    this.items.forEach((item, i) => {
      for (const root of makesOf(item)) {
        if (this.pointers.has(root)) continue;
        const readers = (this.readers.get(root) ?? []).filter((at) => at !== i || item.kind !== "loop");
        const kept = atEnd.has(root);
        if (readers.length === 0 && !kept && item.kind === "loop") continue;
        lives.push({ bytes: this.bytes(root), first: i, last: kept ? Infinity : Math.max(i, ...readers) });
        users.push((pointer) => this.pointers.set(root, pointer));
      }
      if (item.kind !== "op") return;
      const bytes = scratchOf(
        item.step.op,
        item.step.attributes,
        item.step.inputs.map((id) => this.spec(id)),
        this.spec(item.step.output),
      );
      if (bytes === 0) return;
      lives.push({ bytes, first: i, last: i });
      users.push((pointer) => this.scratch.set(item, pointer));
    });
    const { offsets, bytes } = placeByLiveness(lives);
    this.arenaBytes = bytes;
    if (bytes === 0) return;
    const { pointer, giveBack } = this.host.arenas.borrow(bytes);
    this.releases.push(giveBack);
    users.forEach((use, i) => {
      use(pointer + offsets[i]);
    });
  }

  private itemCode(item: Item): Code {
    if (item.kind === "loop") return this.loopCode(item);
    if (item.kind === "guard") return ifThen(isZeroI32(loadI32(i32(0), this.pointer(item.value))), returnValue(i32(0)));
    const { op, attributes, inputs, output } = item.step;
    const from = inputs.map((id) => this.placed(id));
    if (op === "allFinite") return this.allFinite(from, this.pointer(output));
    const calls = callsOf(op, attributes, from, this.placed(output), this.scratch.get(item) ?? 0);
    if (calls) return calls.map(({ kernel, parameters }) => this.call(kernel, ...parameters));
    this.slow.add(item);
    this.references.push(this.host.reference(op, attributes, from, this.placed(output)));
    return call(REFERENCE, i32(this.references.length - 1));
  }

  private call(kernel: KernelName, ...parameters: readonly number[]): Code {
    return call(kernelNames.indexOf(kernel), ...parameters.map(i32));
  }

  private allFinite(inputs: readonly Placed[], out: number): Code {
    const parts = inputs
      .filter(({ shape }) => sizeOf(shape) > 0)
      .map(({ pointer, shape }) => this.call("finite", pointer, sizeOf(shape)));
    return storeI32(
      i32(0),
      parts.reduce<Code>((all, part) => andI32(all, part), i32(1)),
      out,
    );
  }

  /** A function for the loop, and the call of it. */
  private loopCode(item: LoopItem): Code {
    const f = new FunctionBuilder(`loop_${this.loops.length}`, []);
    const body = this.loopBody(item);
    f.body =
      item.columns === null
        ? flatLoop(f, body, item.size * 4, this.host.constants)
        : rowLoop(f, body, item.size / item.columns, item.columns, this.host.constants);
    this.loops.push(f);
    return call(imports.length + this.loops.length - 1);
  }

  private loopBody(item: LoopItem): LoopBody {
    const made = new Set(makesOf(item));
    const inputs: LoopInput[] = [];
    const numbers = new Map<string, number>();
    const outside = item.steps.flatMap(({ operands }) => operands.filter(({ value }) => !made.has(this.roots[value])));
    for (const { value, access } of outside) {
      const key = `${this.roots[value]} ${access}`;
      if (numbers.has(key)) continue;
      numbers.set(key, inputs.length);
      inputs.push({ access, offset: this.pointer(value) });
    }
    const results = new Map(item.steps.map(({ output }, i) => [output, inputs.length + i]));
    const number = ({ value, access }: FusedStep["operands"][number]): number =>
      results.get(this.roots[value]) ?? (numbers.get(`${this.roots[value]} ${access}`) as number);
    return {
      inputs,
      steps: item.steps.map(({ op, operands, output }) => ({
        op,
        operands: operands.map(number),
        dtypes: operands.map(({ value }) => this.spec(value).dtype),
        output: this.spec(output).dtype,
      })),
      stores: [...results].flatMap(([output, value]) => {
        const pointer = this.pointers.get(output);
        return pointer === undefined ? [] : [{ offset: pointer, value }];
      }),
    };
  }

  /**
   * The assignments that are left, all at once: what is a Variable's old value, wanted as output or by another Variable, is put aside first.
   * Returns where the outputs lie.
   */
  private endCode(code: Code[]): WasmBuffer[] {
    const { plan } = this;
    const copies = plan.assigns.filter(({ value, buffer }) => this.inPlace.get(this.roots[value]) !== buffer);
    const targets = new Set(copies.map(({ buffer }) => (buffer as WasmBuffer).pointer));
    const aside = (id: number): number => {
      const kept = this.fresh(this.spec(id)).pointer;
      code.push(this.copy(kept, this.pointer(id), id));
      return kept;
    };
    const outputs = plan.outputs.map((id) => {
      const { shape, dtype } = this.spec(id);
      const pointer = targets.has(this.pointer(id)) ? aside(id) : this.pointer(id);
      return new WasmBuffer(pointer, dtype, sizeOf(shape), 0);
    });
    const sources = copies.map(({ buffer, value }) => {
      const pointer = this.pointer(value);
      return targets.has(pointer) && pointer !== (buffer as WasmBuffer).pointer ? aside(value) : pointer;
    });
    copies.forEach(({ buffer, value }, i) => {
      code.push(this.copy((buffer as WasmBuffer).pointer, sources[i], value));
    });
    return outputs;
  }

  private copy(to: number, from: number, id: number): Code {
    return copyBytes(i32(to), i32(from), i32(this.bytes(id)));
  }

  private line(item: Item): PlanLine[] {
    if (item.kind === "guard") return [];
    const made = makesOf(item).filter((id) => this.pointers.has(id));
    const name = item.kind === "op" ? item.step.op : item.steps.map(({ op }) => op).join(" ");
    const kernel = this.slow.has(item) ? `${name} (reference)` : name;
    const bytes = made.reduce((sum, id) => sum + this.bytes(id), 0);
    return [{ kernel, shape: this.spec(made[0]).shape, bytes }];
  }
}

const rootsIn = (plan: Plan, ids: readonly number[]): number[] =>
  ids.map((id) => {
    let root = id;
    for (let { source } = plan.values[root]; source.kind === "view"; source = plan.values[root].source)
      root = source.of;
    return root;
  });

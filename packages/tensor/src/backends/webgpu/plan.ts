// A whole plan as one command buffer: fused loops and kernels in order, then outputs and assignments, all placed and compiled beforehand.
import type { Backend, Executable, Plan, PlanStep, Spec } from "../../backend.ts";
import type { TypedArray } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { Access } from "../wasm/loop.ts";
import { type Life, placeByLiveness } from "../wasm/placement.ts";
import { type Item, lineOf, type LoopItem, makesOf, readersOf, rootsOf, schedule } from "../wasm/schedule.ts";
import { expressionOf } from "./expressions.ts";
import type { GpuBuffer, GpuCommandEncoder } from "./gpu.ts";
import { type Kernel, load, type Placed, store } from "./kernel.ts";
import { copies, kernelOf, loop, type LoopStep, verdictOf, type WordCopy } from "./kernels.ts";
import { elementsOf, type Heap, type Staging, WebgpuBuffer, wordsOf } from "./memory.ts";
import { Pages, type Program, type Programs } from "./program.ts";

/** What a plan needs of its backend. */
export interface PlanHost {
  /** Variables, inputs, intermediate values. */
  readonly heap: Heap;
  /** Outputs of plans: pages of their own, because a copy within one buffer is not allowed. */
  readonly results: Heap;
  readonly staging: Staging;
  readonly programs: Programs;
  /** Most pages that a kernel may touch. */
  readonly maxPages: number;
  borrowArena(bytes: number): { readonly buffer: WebgpuBuffer; readonly giveBack: () => void };
  write(buffer: WebgpuBuffer, words: ArrayBufferView<ArrayBuffer>): void;
  copy: Backend["copy"];
  /** Submits the commands that `encode` writes. */
  submit(encode: (encoder: GpuCommandEncoder) => void): void;
  run(encoder: GpuCommandEncoder, programs: readonly Program[]): void;
  /** Told of buffers that go to tensors. */
  keep(buffer: WebgpuBuffer): void;
  missing(op: string, spec: Spec): Error;
}

export const buildPlan = (plan: Plan, host: PlanHost): Executable => new PlanBuilder(plan, host).build();

class PlanBuilder {
  private readonly plan: Plan;
  private readonly host: PlanHost;
  private readonly roots: readonly number[];
  private readonly items: readonly Item[];
  /** Values that decide whether Variables are written: read at the end of the run. */
  private readonly guards: readonly number[];
  /** Numbers of the items that read each root. */
  private readonly readers = new Map<number, readonly number[]>();
  private readonly buffers = new Map<number, WebgpuBuffer>();
  /** Give back, one by one, what the plan holds. */
  private readonly releases: (() => void)[] = [];
  private readonly programs: Program[] = [];
  private arenaBytes = 0;

  constructor(plan: Plan, host: PlanHost) {
    this.plan = plan;
    this.host = host;
    const all = rootsOf(plan);
    const keep = [...plan.outputs, ...plan.assigns.map(({ value }) => value)].map((id) => all[id]);
    const { items, roots } = schedule(plan, keep, { sumRows: false });
    this.items = items;
    this.roots = roots;
    this.guards = items.flatMap((item) => (item.kind === "guard" ? [item.value] : []));
    const numbers = new Map(items.map((item, i) => [item, i]));
    for (const [root, found] of readersOf(items, roots))
      this.readers.set(
        root,
        [...found].map((item) => numbers.get(item) as number),
      );
  }

  build(): Executable {
    this.refuseMissing();
    try {
      this.allocate();
      for (const item of this.items) this.addItem(item);
      return this.executable(this.addEnd());
    } catch (error) {
      this.release();
      throw error;
    }
  }

  private release(): void {
    for (const release of this.releases.splice(0)) release();
  }

  private spec(id: number): Spec {
    return this.plan.values[id];
  }

  private words(id: number): number {
    return sizeOf(this.spec(id).shape);
  }

  private buffer(id: number): WebgpuBuffer {
    const buffer = this.buffers.get(this.roots[id]);
    if (!buffer) throw new Error("internal: a value of a plan has no memory.");
    return buffer;
  }

  /** An op without a kernel here is told before anything is made. */
  private refuseMissing(): void {
    const somewhere: Placed = { shape: [], dtype: "float32", heap: "", start: "" };
    const placed = (id: number): Placed => ({ ...somewhere, ...this.spec(id) });
    for (const step of this.plan.steps) {
      if (step.kind !== "op") continue;
      const kernel = kernelOf(step.op, step.attributes, step.inputs.map(placed), placed(step.output));
      if (!kernel) throw this.host.missing(step.op, this.spec(step.output));
    }
  }

  private fresh({ shape, dtype }: Spec): WebgpuBuffer {
    const buffer = this.host.heap.allocate(dtype, sizeOf(shape));
    this.releases.push(() => this.host.heap.release(buffer));
    return buffer;
  }

  /** Gives every value its place: inputs and constants their own, intermediate ones a part of the arena. */
  private allocate(): void {
    this.plan.values.forEach((value, id) => {
      const { source } = value;
      if (source.kind === "variable") this.buffers.set(id, source.buffer as WebgpuBuffer);
      else if (source.kind === "input" || source.kind === "constant") {
        const buffer = this.fresh(value);
        if (source.kind === "constant") this.host.write(buffer, wordsOf(source.data));
        this.buffers.set(id, buffer);
      }
    });
    const roots: number[] = [];
    const lives: Life[] = [];
    const { outputs, assigns } = this.plan;
    const last = [...outputs, ...assigns.map(({ value }) => value), ...this.guards];
    const atEnd = new Set(last.map((id) => this.roots[id]));
    this.items.forEach((item, i) => {
      for (const root of makesOf(item)) {
        const readers = (this.readers.get(root) ?? []).filter((at) => at !== i || item.kind !== "loop");
        const kept = atEnd.has(root);
        // Stays in a register.
        if (readers.length === 0 && !kept && item.kind === "loop") continue;
        roots.push(root);
        lives.push({ bytes: 4 * this.words(root), first: i, last: kept ? Infinity : Math.max(i, ...readers) });
      }
    });
    const { offsets, bytes } = placeByLiveness(lives);
    this.arenaBytes = bytes;
    if (bytes === 0) return;
    const { buffer: arena, giveBack } = this.host.borrowArena(bytes);
    this.releases.push(giveBack);
    roots.forEach((root, k) => {
      const place = { page: arena.page, offset: arena.offset + offsets[k] };
      this.buffers.set(root, new WebgpuBuffer(place, this.spec(root).dtype, this.words(root)));
    });
  }

  private placed(pages: Pages, id: number): Placed {
    return pages.fixed(this.buffer(id), this.spec(id));
  }

  private add(kernel: Kernel, pages: Pages): void {
    if (kernel.groups > 0) this.programs.push(this.host.programs.make(kernel, pages));
  }

  private addItem(item: Item): void {
    if (item.kind === "guard") return;
    const pages = new Pages();
    if (item.kind === "loop") this.add(this.loopKernel(item, pages), pages);
    else this.addStep(item.step, pages);
  }

  private addStep({ op, attributes, inputs, output }: Extract<PlanStep, { kind: "op" }>, pages: Pages): void {
    if (this.words(output) === 0) return;
    const placed = inputs.map((id) => this.placed(pages, id));
    const kernel = kernelOf(op, attributes, placed, this.placed(pages, output));
    if (kernel) this.add(kernel, pages);
  }

  private loopKernel(item: LoopItem, pages: Pages): Kernel {
    const made = new Map(item.steps.map(({ output }) => [this.roots[output], `v${output}`]));
    const loads = new Map<string, string>();
    const operand = (value: number, access: Access): string => {
      const inRegister = made.get(this.roots[value]);
      if (inRegister) return inRegister;
      const name = `${access}${this.roots[value]}_${this.spec(value).dtype}`;
      if (!loads.has(name))
        loads.set(name, `let ${name} = ${this.constant(value) ?? load(this.placed(pages, value), indexOf[access])};`);
      return name;
    };
    const steps = item.steps.map(({ op, operands, output }): LoopStep => {
      const { dtype } = this.spec(output);
      const dtypes = operands.map(({ value }) => this.spec(value).dtype);
      const expression = expressionOf(op, dtypes, dtype);
      if (!expression) throw this.host.missing(op, this.spec(output));
      const names = operands.map(({ value, access }) => operand(value, access));
      return { result: `v${output}`, dtype, expression, operands: names };
    });
    const stores = item.steps.flatMap(({ output }) =>
      this.buffers.has(output) ? [store(this.placed(pages, output), "i", `v${output}`)] : [],
    );
    return loop(item.size, item.columns, { loads: [...loads.values()], steps, stores });
  }

  /** A number known at recording, by its bits; WGSL has no literals for NaN and infinity, which come from memory. */
  private constant(id: number): string | undefined {
    const { shape, dtype, source } = this.plan.values[this.roots[id]];
    if (source.kind !== "constant" || sizeOf(shape) !== 1) return undefined;
    if (dtype === "bool") return `${source.data[0]}u`;
    if (!Number.isFinite(source.data[0])) return undefined;
    const [bits] = new Uint32Array(source.data.slice().buffer);
    return dtype === "float32" ? `bitcast<f32>(${bits}u)` : `bitcast<i32>(${bits}u)`;
  }

  /**
   * The end of a run. First everything that leaves the plan is copied to one block: for each output the guards' verdict and the elements, then
   * the old values of Variables that others are assigned. Then Variables get their new values, where the guards hold.
   */
  private addEnd(): Result {
    const { plan, guards } = this;
    const starts: number[] = [];
    let words = 0;
    for (const id of plan.outputs) {
      starts.push(words + 1);
      words += 1 + this.words(id);
    }
    // Without outputs the verdict is still there to be asked for.
    const verdicts = starts.length > 0 ? starts.map((start) => start - 1) : [words++];
    const block = this.fresh({ shape: [words], dtype: "float32" });
    const outputs = plan.outputs.map((id, k): Move => {
      const place = { page: block.page, offset: block.offset + 4 * starts[k] };
      return { from: this.buffer(id), to: new WebgpuBuffer(place, "int32", this.words(id)) };
    });
    const { aside, assigns } = this.assignments();
    this.addVerdict(verdicts, block);
    this.addCopies([...outputs, ...aside], []);
    this.addCopies(assigns, guards);
    return { block, starts, words, guarded: guards.length > 0 };
  }

  /** What Variables are assigned. The value of a Variable that changes too is put aside first, so that all change at once. */
  private assignments(): { readonly aside: readonly Move[]; readonly assigns: readonly Move[] } {
    const moves = this.plan.assigns
      .map(({ buffer, value }): Move => ({ from: this.buffer(value), to: buffer as WebgpuBuffer }))
      .filter(({ from, to }) => from !== to);
    const targets = new Set(moves.map(({ to }) => to));
    const kept = new Map<WebgpuBuffer, WebgpuBuffer>();
    for (const { from } of moves)
      if (targets.has(from) && !kept.has(from)) kept.set(from, this.fresh({ shape: [from.size], dtype: from.dtype }));
    return {
      aside: [...kept].map(([from, to]): Move => ({ from, to })),
      assigns: moves.map(({ from, to }): Move => ({ from: kept.get(from) ?? from, to })),
    };
  }

  /** Writes whether all guards hold to words of a block. */
  private addVerdict(words: readonly number[], block: WebgpuBuffer): void {
    const pages = new Pages();
    const out = pages.fixed(block, { shape: [], dtype: "bool" });
    const verdict = verdictOf(this.guards.map((id) => this.placed(pages, id)));
    const stores = words.map((word) => store(out, `${word}u`, "verdict"));
    this.add({ body: `if (i > 0u) { return; }\nlet verdict = ${verdict};\n${stores.join("\n")}`, groups: 1 }, pages);
  }

  /** As few kernels as the number of pages allows. */
  private addCopies(moves: readonly Move[], guards: readonly number[]): void {
    let pages = new Pages();
    let all: WordCopy[] = [];
    let held: Placed[] = [];
    const begin = (): void => {
      pages = new Pages();
      all = [];
      held = guards.map((id) => this.placed(pages, id));
    };
    begin();
    for (const { from, to } of moves) {
      if (to.size === 0) continue;
      if (all.length > 0 && pages.list.length + 2 > this.host.maxPages) {
        this.add(copies(all, held), pages);
        begin();
      }
      const word = { shape: [to.size], dtype: "bool" } as const;
      all.push({ from: pages.fixed(from, word), to: pages.fixed(to, word), words: to.size });
    }
    if (all.length > 0) this.add(copies(all, held), pages);
  }

  private executable({ block, starts, words, guarded }: Result): Executable {
    const { plan, host, programs } = this;
    const { results, staging } = host;
    const inputs = plan.inputs.map((id) => this.buffer(id));
    // Host bools are bytes: they are widened here, so that a run allocates nothing.
    const wide = inputs.map(({ dtype, size }) => (dtype === "bool" ? new Int32Array(size) : null));
    const specs = plan.outputs.map((id) => this.spec(id));
    const copyOut = (encoder: GpuCommandEncoder, from: number, to: { page: GpuBuffer; offset: number }, n: number) =>
      encoder.copyBufferToBuffer(block.page, block.offset + 4 * from, to.page, to.offset, 4 * n);
    const notAtOnce = (): never => {
      throw new Error("internal: a plan on webgpu is run by its deferred form.");
    };
    return {
      write(index, data) {
        wide[index]?.set(data);
        host.write(inputs[index], wide[index] ?? wordsOf(data));
      },
      writeFrom: (index, buffer) => host.copy(buffer, inputs[index]),
      run: notAtOnce,
      read: notAtOnce,
      deferred: {
        guarded,
        run() {
          const outputs = specs.map(({ dtype, shape }) => results.allocate(dtype, sizeOf(shape), { guarded: true }));
          host.submit((encoder) => {
            host.run(encoder, programs);
            outputs.forEach(({ page, offset, size }, k) => {
              copyOut(encoder, starts[k] - 1, { page, offset: offset - 4 }, size + 1);
            });
          });
          outputs.forEach(host.keep);
          return outputs;
        },
        async fill(outs: readonly TypedArray[]) {
          const buffer = staging.take(4 * words);
          host.submit((encoder) => {
            host.run(encoder, programs);
            copyOut(encoder, 0, { page: buffer, offset: 0 }, words);
          });
          const bytes = await staging.words(buffer, 4 * words);
          if (new Uint32Array(bytes)[0] === 0) return false;
          outs.forEach((out, k) => {
            out.set(elementsOf(bytes, 4 * starts[k], specs[k].dtype, out.length) as Float32Array);
          });
          return true;
        },
      },
      lines: this.items.map((item) => lineOf(plan, item, this.roots, (root) => this.buffers.has(root))),
      arenaBytes: this.arenaBytes,
      dispose: () => this.release(),
    };
  }
}

/** Index of an operand's element for thread `i`. */
const indexOf: Readonly<Record<Access, string>> = { full: "i", row: "column", column: "row", scalar: "0u" };

interface Move {
  readonly from: WebgpuBuffer;
  readonly to: WebgpuBuffer;
}

/** Where a run leaves its outputs: word `starts[k]` of the block is the first of output k, the word before it the guards' verdict. */
interface Result {
  readonly block: WebgpuBuffer;
  readonly starts: readonly number[];
  readonly words: number;
  readonly guarded: boolean;
}

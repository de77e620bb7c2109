// A whole plan as one WebAssembly module: loops of its own, calls of kernels, guards, assignments, in one function.
import type { Attributes, DeviceBuffer, Executable, Mark, Plan, PlanLine, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { countAlike, keyOf, placesOf, SHARED_FROM, withPointers } from "./alike.ts";
import {
  andI32,
  type Code,
  call,
  copyBytes,
  encodeModule,
  FunctionBuilder,
  get,
  i32,
  ifThen,
  isZeroI32,
  loadI32,
  returnValue,
  storeI32,
} from "./emitter.ts";
import {
  callsOf,
  type KernelCall,
  type KernelName,
  kernelNames,
  type Placed,
  scratchOf,
  signatureOf,
} from "./library.ts";
import { type Access, flatLoop, type LoopBody, type LoopInput, rowLoop } from "./loop.ts";
import { type ArenaPool, type Memory, WasmBuffer, writeElements } from "./memory.ts";
import { type Life, placeByLiveness } from "./placement.ts";
import type { Arithmetic } from "./registers.ts";
import { type FusedStep, type Item, lineOf, type LoopItem, makesOf, readersOf, readsOf, schedule } from "./schedule.ts";
import { shareTurned } from "./share.ts";
import { codeOf, type Region, runsOf, shareableTime, Sharing, spanOf } from "./shared-out.ts";
import { codeOfThreads, type Instruction, type Span, type Touches } from "./thread-code.ts";
import type { Threads } from "./threads.ts";

/** What a plan needs of its backend. */
export interface PlanHost {
  readonly memory: Memory;
  readonly arenas: ArenaPool;
  readonly arithmetic: Arithmetic;
  readonly kernels: Readonly<Record<KernelName, (...parameters: number[]) => number | undefined>>;
  /** Those that share the work; null where one thread does it all. */
  readonly threads: Threads | null;
  /** How much time there must be to share in a plan. */
  readonly shareFromNanoseconds: number;
  /** The reference kernel of an op, prepared for these places. */
  reference(op: string, attributes: Attributes, inputs: readonly Placed[], output: Placed): () => void;
  instantiate(bytes: Uint8Array<ArrayBuffer>, functions: WebAssembly.ModuleImports): WebAssembly.Exports;
}

/** Kernels by number; behind them the call into JavaScript for ops that have none, and the place where threads meet. */
const imports = [
  ...kernelNames.map(signatureOf),
  { name: "reference", parameters: ["i32"], result: null } as const,
  { name: "barrier", parameters: [], result: null } as const,
];
const REFERENCE = kernelNames.length;
const BARRIER = REFERENCE + 1;

/** Address of operands when only times are estimated. */
const NOWHERE = 64;

/** `mark`: for timing the lines; it changes nothing else. */
export const buildPlan = (plan: Plan, host: PlanHost, mark?: Mark): Executable => {
  const builder = new PlanBuilder(shareTurned(plan), host, mark);
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
  /** How the threads of the host share the work, if it is enough work. */
  private readonly sharing: Sharing;
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
  private readonly used = new Set<KernelName>();
  /** Items without a kernel here. */
  private readonly slow = new Set<Item>();
  private readonly loops: FunctionBuilder[] = [];
  /** How many loops do the same, by what they do, and the functions that such loops share. */
  private alike: ReadonlyMap<string, number> | null = null;
  private readonly common = new Map<string, number>();
  private arenaBytes = 0;
  /** What is done between the parts to time them. */
  private readonly marked: readonly Instruction[];

  constructor(plan: Plan, host: PlanHost, mark?: Mark) {
    this.plan = plan;
    this.host = host;
    this.marked = mark ? [{ whole: this.reference(mark), parts: null, reads: [], writes: [] }] : [];
    const keep = [...plan.outputs, ...plan.assigns.map(({ value }) => value)];
    const { items, roots } = schedule(plan, rootsIn(plan, keep));
    this.items = items;
    this.roots = roots;
    const numbers = new Map(items.map((item, i) => [item, i]));
    // A loop that makes a value reads it in registers.
    for (const [root, found] of readersOf(items, roots))
      this.readers.set(
        root,
        [...found]
          .filter((item) => item.kind !== "loop" || !makesOf(item).includes(root))
          .map((item) => numbers.get(item) as number),
      );
    this.safeFrom = items.findLastIndex(({ kind }) => kind === "guard") + 1;
    const shared = !mark && host.threads && this.shareableTime() >= host.shareFromNanoseconds;
    this.sharing = new Sharing(shared ? host.threads.count : 1, host.shareFromNanoseconds);
  }

  build(): Executable {
    this.chooseInPlace();
    this.allocate();
    const { plan, host } = this;
    const { memory } = host;
    const instructions = this.items.flatMap((item) => [...this.itemCode(item), ...this.marked]);
    const outputs = this.endCode(instructions);
    const runPlan = this.assemble([...this.marked, ...this.marked, ...instructions, ...this.marked]);
    const inputs = plan.inputs.map((id) => this.bufferOf(id));
    return {
      write: (index, data) => writeElements(inputs[index].elements(memory), data),
      writeFrom: (index, buffer) =>
        writeElements(inputs[index].elements(memory), (buffer as WasmBuffer).elements(memory)),
      run: () => runPlan() === 1,
      read: (index, out) => memory.read(outputs[index], out),
      lines: [...this.items.map((item) => this.line(item)), this.assignLine()],
      arenaBytes: this.arenaBytes,
      threads: this.sharing.threads,
      dispose: () => this.release(),
    };
  }

  /** The function that runs everything; the other threads, if there are any, know their share of it then. */
  private assemble(instructions: readonly Instruction[]): () => number {
    const { host, references } = this;
    const threads = this.sharing.threads > 1 ? host.threads : null;
    const functions = [
      ...this.loops,
      this.body(
        "run",
        instructions.map(({ whole }) => whole),
      ),
    ];
    if (threads)
      codeOfThreads(instructions, threads.count, call(BARRIER)).forEach((code, thread) => {
        functions.push(this.body(`part${thread}`, code));
        const withEnd = new FunctionBuilder(`run${thread}`, [], "i32");
        withEnd.body = [call(imports.length + functions.length - 1), call(BARRIER)];
        functions.push(withEnd);
      });
    const bytes = encodeModule(functions, imports);
    // A kernel is written when it is first wanted; any function can be imported for one that is not called.
    const kernels = kernelNames.map((name) => [name, this.used.has(name) ? host.kernels[name] : () => {}]);
    const { run, run0 } = host.instantiate(bytes, {
      ...Object.fromEntries(kernels),
      reference: (i: number) => references[i](),
      barrier: threads?.barrier ?? (() => {}),
    }) as Record<string, () => number>;
    if (!threads) return run;
    const plan = threads.load(bytes);
    this.releases.push(() => threads.drop(plan));
    return () => (threads.failure === null ? threads.run(plan, run0) : run());
  }

  private body(name: string, code: Code): FunctionBuilder {
    const f = new FunctionBuilder(name, [], "i32");
    f.body = [code, i32(1)];
    return f;
  }

  /** Roughly the time of what several threads could share, on one. */
  private shareableTime(): number {
    const nowhere = (id: number): Placed => ({ ...this.spec(id), pointer: NOWHERE });
    const time = (item: Item): number => {
      if (item.kind === "guard") return 0;
      if (item.kind === "loop") return shareableTime(item);
      const { op, attributes, inputs, output } = item.step;
      return shareableTime(callsOf(op, attributes, inputs.map(nowhere), nowhere(output), NOWHERE) ?? []);
    };
    return this.items.reduce((sum, item) => sum + time(item), 0);
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
        const readers = this.readers.get(root) ?? [];
        const kept = atEnd.has(root);
        if (readers.length === 0 && !kept && item.kind === "loop") continue;
        lives.push({ bytes: this.bytes(root), first: i, last: kept ? Infinity : Math.max(i, ...readers) });
        users.push((pointer) => this.pointers.set(root, pointer));
      }
      if (item.kind !== "op") return;
      const bytes = this.scratchBytes(item.step) * this.sharing.threads;
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

  /** Bytes of the scratch memory that an op needs on each thread: whole cache lines, with room behind the end. */
  private scratchBytes({ op, attributes, inputs, output }: OpStep): number {
    const bytes = scratchOf(
      op,
      attributes,
      inputs.map((id) => this.spec(id)),
      this.spec(output),
    );
    return bytes === 0 || this.sharing.threads === 1 ? bytes : Math.ceil((bytes + 32) / 64) * 64;
  }

  private region(id: number): Region {
    return { pointer: this.pointer(id), bytes: this.bytes(id) };
  }

  private span(id: number): Span {
    return spanOf(this.region(id));
  }

  private itemCode(item: Item): Instruction[] {
    if (item.kind === "loop") return [this.loopCode(item)];
    if (item.kind === "guard") {
      const code = ifThen(isZeroI32(loadI32(i32(0), this.pointer(item.value))), returnValue(i32(0)));
      const parts = Array.from({ length: this.sharing.threads }, () => code);
      return [{ whole: code, parts, reads: [this.span(item.value)], writes: [] }];
    }
    const { op, attributes, inputs, output } = item.step;
    const [from, to] = [inputs.map((id) => this.placed(id)), this.placed(output)];
    const scratch = this.scratch.get(item) ?? 0;
    const scratchBytes = this.scratchBytes(item.step);
    const memory = scratchBytes > 0 ? [spanOf({ pointer: scratch, bytes: scratchBytes * this.sharing.threads })] : [];
    const touches = {
      reads: [...inputs.map((id) => this.span(id)), ...memory],
      writes: [this.span(output), ...memory],
    };
    if (op === "allFinite") return this.allFinite(from, to.pointer, touches);
    const calls = callsOf(op, attributes, from, to, scratch);
    for (const each of calls ?? []) this.used.add(each.kernel);
    const runs = runsOf(calls ?? []);
    // Where one run prepares what another reads, the memory to work in is everybody's.
    const memoryOf = (thread: number): Span[] =>
      runs.length === 1 && scratchBytes > 0
        ? [spanOf({ pointer: scratch + thread * scratchBytes, bytes: scratchBytes })]
        : memory;
    if (calls)
      return runs.map((run) => {
        const own = this.sharing.each((thread) => {
          const touched = (ids: readonly number[]): Span[] =>
            this.sharing.touched(
              run,
              ids.map((id) => this.region(id)),
              thread,
            );
          return {
            reads: [...touched(inputs), ...memoryOf(thread)],
            writes: [...touched([output]), ...memoryOf(thread)],
          };
        });
        return { ...touches, own, whole: run.map(codeOf), parts: this.sharing.calls(run, scratchBytes) };
      });
    this.slow.add(item);
    return [{ ...touches, whole: this.reference(this.host.reference(op, attributes, from, to)), parts: null }];
  }

  /** A call into JavaScript. */
  private reference(f: () => void): Code {
    this.references.push(f);
    return call(REFERENCE, i32(this.references.length - 1));
  }

  /** All threads look at their shares, and the first one puts together what they saw. */
  private allFinite(inputs: readonly Placed[], out: number, touches: Touches): Instruction[] {
    const calls = inputs
      .map(({ pointer, shape }): KernelCall => ({ kernel: "finite", parameters: [pointer, sizeOf(shape)] }))
      .filter(({ parameters: [, size] }) => size > 0);
    this.used.add("finite");
    const and = (values: readonly Code[]): Code => values.reduce((all, value) => andI32(all, value), i32(1));
    const whole = storeI32(i32(0), and(calls.map(codeOf)), out);
    const parts = this.sharing.calls(calls, 0);
    if (!parts) return [{ ...touches, whole, parts }];
    const flags = this.fresh({ shape: [this.sharing.threads], dtype: "int32" });
    const seen = [spanOf({ pointer: flags.pointer, bytes: flags.byteLength })];
    const flag = (thread: number): number => flags.pointer + thread * 4;
    const looks = parts.map((values, thread) => storeI32(i32(0), and(values as Code[]), flag(thread)));
    const all = and(parts.map((_, thread) => loadI32(i32(0), flag(thread))));
    return [
      { whole, parts: looks, reads: touches.reads, writes: seen },
      { whole: [], parts: [storeI32(i32(0), all, out)], reads: seen, writes: touches.writes },
    ];
  }

  /** A function for the loop, and the call of it. */
  private loopCode(item: LoopItem): Instruction {
    const body = this.loopBody(item);
    const outside = new Set(readsOf(item, this.roots).filter((root) => this.pointers.has(root)));
    const touches = {
      reads: [...outside].map((root) => this.span(root)),
      writes: makesOf(item).flatMap((root) => (this.pointers.has(root) ? [this.span(root)] : [])),
    };
    if (!this.sharing.sharesLoop(item)) return { ...touches, whole: this.wholeLoop(item, body), parts: null };
    const { arithmetic } = this.host;
    const [size, columns] = [item.size, item.columns];
    const number = this.loopFunction(["i32", "i32"], (f) =>
      columns === null
        ? flatLoop(f, body, get(1), arithmetic, get(0))
        : rowLoop(f, body, size / columns, columns, arithmetic, [get(0), get(1)]),
    );
    const share = (from: number, to: number): Code => call(number, i32(from), i32(to));
    const whole = share(0, columns === null ? size * 4 : size / columns);
    const own = this.sharing.each((thread) => this.touchedByLoop(item, thread));
    return { ...touches, own, whole, parts: this.sharing.loop(item, share) };
  }

  /** What a thread's part of a loop touches. */
  private touchedByLoop(item: LoopItem, thread: number): Touches {
    const made = new Set(makesOf(item));
    const touched = (id: number, access: Access): Span[] =>
      this.pointers.has(this.roots[id]) ? [this.sharing.touchedByLoop(item, access, this.region(id), thread)] : [];
    const operands = item.steps.flatMap((step) => step.operands);
    return {
      reads: [
        ...operands.flatMap(({ value, access }) => (made.has(this.roots[value]) ? [] : touched(value, access))),
        ...item.sums.flatMap(({ operand }) => touched(operand, "full")),
      ],
      writes: [
        ...item.steps.flatMap(({ output }) => touched(output, "full")),
        ...item.sums.flatMap(({ output }) => touched(output, "column")),
      ],
    };
  }

  /** The call of a function for all of the loop. Loops that differ in nothing but where their values lie share one, if they are many. */
  private wholeLoop(item: LoopItem, body: LoopBody): Code {
    const { size, columns } = item;
    const make = (from: LoopBody, parameters: number): number =>
      this.loopFunction(
        Array.from({ length: parameters }, () => "i32" as const),
        (f) =>
          columns === null
            ? flatLoop(f, from, size * 4, this.host.arithmetic)
            : rowLoop(f, from, size / columns, columns, this.host.arithmetic),
      );
    const key = keyOf(item, body);
    this.alike ??= countAlike(
      this.items.flatMap((other) => (other.kind === "loop" ? [keyOf(other, this.loopBody(other))] : [])),
    );
    if ((this.alike.get(key) ?? 0) < SHARED_FROM) return call(make(body, 0));
    const places = placesOf(body);
    let number = this.common.get(key);
    if (number === undefined) {
      number = make(withPointers(body), places.length);
      this.common.set(key, number);
    }
    return call(number, ...places.map(({ offset }) => i32(offset)));
  }

  /** The number of a new function. */
  private loopFunction(parameters: readonly "i32"[], body: (f: FunctionBuilder) => Code): number {
    const f = new FunctionBuilder(`loop_${this.loops.length}`, parameters);
    f.body = body(f);
    this.loops.push(f);
    return imports.length + this.loops.length - 1;
  }

  private loopBody(item: LoopItem): LoopBody {
    const made = new Set(makesOf(item));
    const inputs: LoopInput[] = [];
    const numbers = new Map<string, number>();
    const outside = item.steps.flatMap(({ operands }) => operands.filter(({ value }) => !made.has(this.roots[value])));
    const summed = item.sums.map(({ operand }) => ({ value: operand, access: "full" as const }));
    const unmade = summed.filter(({ value }) => !made.has(this.roots[value]));
    for (const { value, access } of [...outside, ...unmade]) {
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
      sums: item.sums.map(({ output }, i) => ({ offset: this.pointer(output), value: number(summed[i]) })),
    };
  }

  /**
   * The assignments that are left, all at once: what is a Variable's old value, wanted as output or by another Variable, is put aside first.
   * Returns where the outputs lie.
   */
  private endCode(instructions: Instruction[]): WasmBuffer[] {
    const { plan } = this;
    const copies = this.copiedAssigns();
    const targets = new Set(copies.map(({ buffer }) => (buffer as WasmBuffer).pointer));
    const aside = (id: number): number => {
      const kept = this.fresh(this.spec(id)).pointer;
      instructions.push(this.copy(kept, this.pointer(id), id));
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
      instructions.push(this.copy((buffer as WasmBuffer).pointer, sources[i], value));
    });
    return outputs;
  }

  private copy(to: number, from: number, id: number): Instruction {
    const bytes = this.bytes(id);
    const some = (start: number, end: number): Code => copyBytes(i32(to + start), i32(from + start), i32(end - start));
    const parts = this.sharing.copy(bytes, some);
    return {
      whole: some(0, bytes),
      parts,
      reads: [spanOf({ pointer: from, bytes })],
      writes: [spanOf({ pointer: to, bytes })],
    };
  }

  /** Assignments that no loop makes in place. */
  private copiedAssigns(): Plan["assigns"] {
    return this.plan.assigns.filter(({ value, buffer }) => this.inPlace.get(this.roots[value]) !== buffer);
  }

  private line(item: Item): PlanLine {
    const line = lineOf(this.plan, item, this.roots, (root) => this.pointers.has(root));
    return this.slow.has(item) ? { ...line, kind: "reference" } : line;
  }

  private assignLine(): PlanLine {
    const copied = this.copiedAssigns().map(({ value }) => this.spec(value));
    return { kind: "assign", ops: [], inputs: copied, outputs: copied };
  }
}

const rootsIn = (plan: Plan, ids: readonly number[]): number[] =>
  ids.map((id) => {
    let root = id;
    for (let { source } = plan.values[root]; source.kind === "view"; source = plan.values[root].source)
      root = source.of;
    return root;
  });

type OpStep = Extract<Item, { readonly kind: "op" }>["step"];

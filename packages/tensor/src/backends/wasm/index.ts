// The wasm backend: hot ops by generated SIMD kernels, all others by the reference kernels over the same memory.
import type { Attributes, Backend, DeviceBuffer, Executable, Mark, Operand, Plan, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { kernels as referenceKernels } from "../js/index.ts";
import type { View } from "../js/kernel.ts";
import { alongKernels, alongModule } from "./along.ts";
import { ConstantPool } from "./constants.ts";
import { convolutionModule } from "./convolution-kernels.ts";
import { encodeModule, forSharedMemory, FunctionBuilder, get } from "./emitter.ts";
import { expressionOf } from "./expressions.ts";
import { kernelModules } from "./kernels.ts";
import { callsOf, type Placed, scratchOf } from "./library.ts";
import { type Access, flatLoop, readingOf } from "./loop.ts";
import { matmulModule, probeModule, tileSize } from "./matmul.ts";
import { ArenaPool, Memory, WasmBuffer, writeElements } from "./memory.ts";
import { philoxModule } from "./philox.ts";
import { buildPlan, type PlanHost } from "./plan.ts";
import { poolingModule } from "./pooling.ts";
import type { Arithmetic } from "./registers.ts";
import { rowKernels, rowsModule } from "./rows.ts";
import { sharingRefused, Threads } from "./threads.ts";

export interface WasmOptions {
  /** "strict": multiply, then add. "fused": one rounding. "auto", the default: fused where this machine really fuses. */
  readonly numerics?: "strict" | "fused" | "auto";
  /** 256 where V8 runs with `--experimental-wasm-revectorize`: tiles that pairs of vectors fit. The results are the same. Default 128. */
  readonly vectorBits?: 128 | 256;
  /** Most bytes of memory. Default 4 GiB, which is what there can be. */
  readonly memoryLimit?: number;
  /** How much time threads could share of a plan before they do; less is not worth their meetings. Default 60 000 ns. */
  readonly shareFromNanoseconds?: number;
}

type LoopFunction = (out: number, bytes: number, ...inputs: number[]) => void;

const instantiate = (
  bytes: Uint8Array<ArrayBuffer>,
  { memory, shared }: Memory,
  functions: WebAssembly.ModuleImports = {},
): WebAssembly.Exports => {
  const module = new WebAssembly.Module(shared ? forSharedMemory(bytes) : bytes);
  return new WebAssembly.Instance(module, { m: { m: memory }, f: functions }).exports;
};

/** 1 + 2⁻¹² squared is 1 + 2⁻¹¹ + 2⁻²⁴; rounding the product first loses the last term. */
const fuses = (memory: Memory): boolean => {
  const bytes = probeModule();
  if (!WebAssembly.validate(bytes)) return false;
  const madd = instantiate(bytes, memory).madd as (x: number, y: number, z: number) => number;
  const x = 1 + 2 ** -12;
  return madd(x, x, -(1 + 2 ** -11)) === 2 ** -24;
};

export const createWasmBackend = (options: WasmOptions = {}): WasmBackend =>
  make(new Memory(false, options.memoryLimit), options);

/** A backend whose plans run on several threads, in memory that they share. */
export const createThreadedWasmBackend = async (threads: number, options: WasmOptions = {}): Promise<WasmBackend> => {
  const refused = sharingRefused();
  if (refused) throw new Error(refused);
  const backend = make(new Memory(true, options.memoryLimit), options, threads);
  await backend.team?.begin();
  return backend;
};

const make = (
  memory: Memory,
  { numerics = "auto", vectorBits = 128, shareFromNanoseconds = 60_000 }: WasmOptions,
  threads = 1,
): WasmBackend => {
  const canFuse = numerics !== "strict" && fuses(memory);
  if (numerics === "fused" && !canFuse)
    throw new Error("createWasmBackend: this machine does not fuse multiply and add; use strict or auto.");
  return new WasmBackend(memory, { fused: canFuse, vectorBits, threads, shareFromNanoseconds });
};

/**
 * A table whose entries come from modules made when the first of their entries is wanted: writing all modules takes ten milliseconds, which
 * a page that only adds need not wait.
 */
const lazyTable = <T>(
  modules: readonly (readonly [names: readonly string[], make: () => Readonly<Record<string, unknown>>])[],
): Record<string, T> => {
  const table: Record<string, T> = {};
  for (const [own, make] of modules) {
    const get = (name: string) => (): T => {
      const made = make() as Record<string, T>;
      for (const each of own) {
        if (!made[each]) throw new Error(`internal: no module makes the kernel "${each}".`);
        Object.defineProperty(table, each, { value: made[each], enumerable: true });
      }
      return made[name];
    };
    for (const name of own)
      Object.defineProperty(table, name, { get: get(name), enumerable: true, configurable: true });
  }
  return table;
};

/** Modules of kernels and which kernels are whose; each may call those of the ones before. */
const modulesOf = (
  arithmetic: Arithmetic,
  vectorBits: 128 | 256,
): (readonly [names: readonly string[], make: () => Uint8Array<ArrayBuffer>])[] => {
  const { fused } = arithmetic;
  const size = tileSize(fused, vectorBits);
  return [
    ...kernelModules,
    [["matmul"], () => matmulModule(fused, size)],
    [["randomUniform"], philoxModule],
    [alongKernels, alongModule],
    [rowKernels, () => rowsModule(arithmetic)],
    [["argmaxPool2d"], poolingModule],
    [["tapTable", "packTaps", "correlate", "correlateWeights"], () => convolutionModule(fused, size)],
  ];
};

const pointerOf = (buffer: DeviceBuffer): number => (buffer as WasmBuffer).pointer;

const placed = ({ shape, dtype, buffer }: Operand): Placed => ({ shape, dtype, pointer: pointerOf(buffer) });

interface Settings {
  readonly fused: boolean;
  readonly vectorBits: 128 | 256;
  readonly threads: number;
  readonly shareFromNanoseconds: number;
}

/** A backend whose kernels may be called one by one. */
export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly numerics: "strict" | "fused";
  readonly arithmetic: Arithmetic;
  readonly kernels: PlanHost["kernels"];
  /** Those that share the work of plans; null where one thread does it all. */
  readonly team: Threads | null;
  private readonly shareFromNanoseconds: number;
  private readonly wasm: Memory;
  private readonly arenas: ArenaPool;
  private readonly loops = new Map<string, LoopFunction>();

  constructor(memory: Memory, { fused, vectorBits, threads, shareFromNanoseconds }: Settings) {
    this.wasm = memory;
    this.arenas = new ArenaPool(memory);
    this.numerics = fused ? "fused" : "strict";
    this.arithmetic = { constants: new ConstantPool(memory), fused };
    const modules = modulesOf(this.arithmetic, vectorBits);
    const kernels: WebAssembly.ModuleImports = lazyTable(
      modules.map(([names, make]) => [names, () => instantiate(make(), memory, kernels)]),
    );
    this.kernels = kernels as unknown as PlanHost["kernels"];
    this.shareFromNanoseconds = shareFromNanoseconds;
    this.team =
      threads > 1
        ? new Threads(
            threads,
            memory,
            modules.map(([, make]) => make()),
          )
        : null;
  }

  /** The memory's current buffer. */
  get bytes(): ArrayBufferLike {
    return this.wasm.bytes;
  }

  supports(dtype: string): boolean {
    return dtype !== "float64";
  }

  allocate(dtype: Spec["dtype"], size: number): DeviceBuffer {
    return this.wasm.allocate(dtype, size);
  }

  free(buffer: DeviceBuffer): void {
    this.wasm.release(buffer as WasmBuffer);
  }

  write(buffer: DeviceBuffer, data: Parameters<Backend["write"]>[1]): void {
    writeElements((buffer as WasmBuffer).elements(this.wasm), data);
  }

  read(buffer: DeviceBuffer, out: Parameters<Backend["read"]>[1]): void {
    this.wasm.read(buffer as WasmBuffer, out);
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    writeElements((to as WasmBuffer).elements(this.wasm), (from as WasmBuffer).elements(this.wasm));
  }

  memory(): { readonly inUse: number; readonly reserved: number; readonly limit: number } {
    return { inUse: this.wasm.inUse, reserved: this.wasm.bytes.byteLength, limit: this.wasm.limit };
  }

  threads(): number {
    return this.team?.failure === null ? this.team.count : 1;
  }

  get ended(): boolean {
    return this.team?.ended === true;
  }

  async endThreads(): Promise<void> {
    await this.team?.end();
  }

  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): void {
    if (this.executeLoop(op, inputs, output) || this.executeKernels(op, attributes, inputs, output)) return;
    this.reference(op, attributes, inputs.map(placed), placed(output))();
  }

  build(plan: Plan, mark?: Mark): Executable {
    const { wasm: memory, arenas, arithmetic, kernels, team } = this;
    const host: PlanHost = {
      memory,
      arenas,
      arithmetic,
      kernels,
      shareFromNanoseconds: this.shareFromNanoseconds,
      threads: team?.failure === null ? team : null,
      reference: (...parameters) => this.reference(...parameters),
      instantiate: (bytes, functions) => instantiate(bytes, memory, functions),
    };
    return buildPlan(plan, host, mark);
  }

  /** The reference kernel of an op over views of wasm memory, renewed when the memory has grown. */
  private reference(op: string, attributes: Attributes, inputs: readonly Placed[], output: Placed): () => void {
    const kernel = referenceKernels[op];
    const view = ({ pointer, shape, dtype }: Placed): View => {
      const buffer = new WasmBuffer(pointer, dtype, sizeOf(shape), 0);
      return { shape, dtype, data: buffer.elements(this.wasm) };
    };
    let from: View[] = [];
    let to: View | null = null;
    return () => {
      if (to?.data.buffer !== this.wasm.bytes) {
        from = inputs.map(view);
        to = view(output);
      }
      kernel(from, to, attributes);
    };
  }

  private executeKernels(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): boolean {
    const bytes = scratchOf(op, attributes, inputs, output);
    const scratch = bytes > 0 ? this.wasm.allocate("float32", bytes / 4) : null;
    const calls = callsOf(op, attributes, inputs.map(placed), placed(output), scratch?.pointer ?? 0);
    for (const { kernel, parameters } of calls ?? []) this.kernels[kernel](...parameters);
    if (scratch) this.wasm.release(scratch);
    return calls !== null;
  }

  /** An elementwise op by a loop made once for its types and ways of reading. */
  private executeLoop(op: string, inputs: readonly Operand[], output: Operand): boolean {
    const size = sizeOf(output.shape);
    const dtypes = inputs.map(({ dtype }) => dtype);
    const reading = readingOf(
      inputs.map(({ shape }) => shape),
      output.shape,
    );
    if (size === 0 || !reading || !expressionOf(op, dtypes, output.dtype)) return false;
    const { accesses } = reading;
    const columns = reading.columns ?? size;
    const loop = this.loop(op, dtypes, output.dtype, accesses);
    const bytes = columns * 4;
    const out = pointerOf(output.buffer);
    const pointers = inputs.map(({ buffer }) => pointerOf(buffer));
    // Rows in order: what a row writes behind its end the next one writes again, the last one's end is padding.
    const steps = accesses.map((access) => (access === "full" ? bytes : access === "column" ? 4 : 0));
    for (let r = 0; r < size / columns; r++)
      loop(out + r * bytes, bytes, ...pointers.map((pointer, i) => pointer + r * steps[i]));
    return true;
  }

  private loop(
    op: string,
    dtypes: readonly Spec["dtype"][],
    output: Spec["dtype"],
    accesses: readonly Access[],
  ): LoopFunction {
    const reads = accesses.map((access) => (access === "full" || access === "row" ? "full" : "scalar"));
    const key = `${op} ${dtypes.join()} ${output} ${reads.join()}`;
    let loop = this.loops.get(key);
    if (!loop) {
      const f = new FunctionBuilder(
        "run",
        Array.from({ length: 2 + reads.length }, () => "i32"),
      );
      const inputs = reads.map((access, i) => ({ access, pointer: get(2 + i), offset: 0 }) as const);
      const step = { op, operands: reads.map((_, i) => i), dtypes, output };
      const body = { inputs, steps: [step], stores: [{ pointer: get(0), offset: 0, value: reads.length }], sums: [] };
      f.body = flatLoop(f, body, get(1), this.arithmetic);
      loop = instantiate(encodeModule([f]), this.wasm).run as LoopFunction;
      this.loops.set(key, loop);
    }
    return loop;
  }
}

// The wasm backend: hot ops by generated SIMD kernels, all others by the reference kernels over the same memory.
import type { Attributes, Backend, DeviceBuffer, Executable, Operand, Plan, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { kernels as referenceKernels } from "../js/index.ts";
import type { View } from "../js/kernel.ts";
import { ConstantPool } from "./constants.ts";
import { convolutionModule } from "./convolution.ts";
import { encodeModule, FunctionBuilder, get } from "./emitter.ts";
import { expressionOf } from "./expressions.ts";
import { kernelsModule } from "./kernels.ts";
import { callsOf, kernelNames, type Placed, scratchOf } from "./library.ts";
import { type Access, flatLoop, readingOf } from "./loop.ts";
import { matmulModule, probeModule, tileSize } from "./matmul.ts";
import { ArenaPool, Memory, WasmBuffer, writeElements } from "./memory.ts";
import { philoxModule } from "./philox.ts";
import { buildPlan, type PlanHost } from "./plan.ts";
import { poolingModule } from "./pooling.ts";
import { rowKernels, rowsModule } from "./rows.ts";

export interface WasmOptions {
  /** "strict": multiply, then add. "fused": one rounding. "auto", the default: fused where this machine really fuses. */
  readonly numerics?: "strict" | "fused" | "auto";
  /** 256 where V8 runs with `--experimental-wasm-revectorize`: tiles that pairs of vectors fit. The results are the same. Default 128. */
  readonly vectorBits?: 128 | 256;
  /** Most bytes of memory. Default 4 GiB, which is what there can be. */
  readonly memoryLimit?: number;
}

type LoopFunction = (out: number, bytes: number, ...inputs: number[]) => void;

const instantiate = (
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  functions: WebAssembly.ModuleImports = {},
): WebAssembly.Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory }, f: functions }).exports;

/** 1 + 2⁻¹² squared is 1 + 2⁻¹¹ + 2⁻²⁴; rounding the product first loses the last term. */
const fuses = (memory: WebAssembly.Memory): boolean => {
  const bytes = probeModule();
  if (!WebAssembly.validate(bytes)) return false;
  const madd = instantiate(bytes, memory).madd as (x: number, y: number, z: number) => number;
  const x = 1 + 2 ** -12;
  return madd(x, x, -(1 + 2 ** -11)) === 2 ** -24;
};

export const createWasmBackend = ({
  numerics = "auto",
  vectorBits = 128,
  memoryLimit,
}: WasmOptions = {}): WasmBackend => {
  const memory = new Memory(memoryLimit);
  const canFuse = numerics !== "strict" && fuses(memory.memory);
  if (numerics === "fused" && !canFuse)
    throw new Error("createWasmBackend: this machine does not fuse multiply and add; use strict or auto.");
  return new WasmBackend(memory, canFuse, vectorBits);
};

/**
 * A table whose entries come from modules made when the first of their entries is wanted: writing all modules takes ten milliseconds, which
 * a page that only adds need not wait. Of two modules that name an entry the first has it.
 */
const lazyTable = <T>(
  modules: readonly (readonly [names: readonly string[], make: () => Readonly<Record<string, unknown>>])[],
): Record<string, T> => {
  const table: Record<string, T> = {};
  for (const [names, make] of modules) {
    const own = names.filter((name) => !Object.hasOwn(table, name));
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

const pointerOf = (buffer: DeviceBuffer): number => (buffer as WasmBuffer).pointer;

const placed = ({ shape, dtype, buffer }: Operand): Placed => ({ shape, dtype, pointer: pointerOf(buffer) });

/** A backend whose kernels may be called one by one. */
export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly numerics: "strict" | "fused";
  readonly constants: ConstantPool;
  readonly kernels: PlanHost["kernels"];
  private readonly wasm: Memory;
  private readonly arenas: ArenaPool;
  private readonly loops = new Map<string, LoopFunction>();

  constructor(memory: Memory, fused: boolean, vectorBits: 128 | 256) {
    this.wasm = memory;
    this.arenas = new ArenaPool(memory);
    this.numerics = fused ? "fused" : "strict";
    this.constants = new ConstantPool(memory);
    const kernels: WebAssembly.ModuleImports = lazyTable([
      [["matmul"], () => this.instantiate(matmulModule(fused, tileSize(fused, vectorBits)))],
      [["randomUniform"], () => this.instantiate(philoxModule())],
      [rowKernels, () => this.instantiate(rowsModule(this.constants))],
      [["argmaxPool2d"], () => this.instantiate(poolingModule())],
      [["conv2d", "conv2dInput", "conv2dWeight"], () => this.instantiate(convolutionModule(), kernels)],
      [kernelNames, () => this.instantiate(kernelsModule())],
    ]);
    this.kernels = kernels as unknown as PlanHost["kernels"];
  }

  instantiate(bytes: Uint8Array<ArrayBuffer>, functions?: WebAssembly.ModuleImports): WebAssembly.Exports {
    return instantiate(bytes, this.wasm.memory, functions);
  }

  /** The memory's current buffer. */
  get bytes(): ArrayBuffer {
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

  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): void {
    if (this.executeLoop(op, inputs, output) || this.executeKernels(op, attributes, inputs, output)) return;
    this.reference(op, attributes, inputs.map(placed), placed(output))();
  }

  build(plan: Plan): Executable {
    const { wasm: memory, arenas, constants, kernels } = this;
    return buildPlan(plan, {
      memory,
      arenas,
      constants,
      kernels,
      reference: (...parameters) => this.reference(...parameters),
      instantiate: (...parameters) => this.instantiate(...parameters),
    });
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
      const body = { inputs, steps: [step], stores: [{ pointer: get(0), offset: 0, value: reads.length }] };
      f.body = flatLoop(f, body, get(1), this.constants);
      loop = this.instantiate(encodeModule([f])).run as LoopFunction;
      this.loops.set(key, loop);
    }
    return loop;
  }
}

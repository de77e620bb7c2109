// The wasm backend: hot ops by generated SIMD kernels, all others by the reference kernels over the same memory.
import type { Attributes, Backend, DeviceBuffer, Executable, Operand, Plan, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { kernels as referenceKernels } from "../js/index.ts";
import type { View } from "../js/kernel.ts";
import { type Access, elementwiseModule, expressionOf } from "./elementwise.ts";
import { matmulModule, probeModule, TILE_ROWS, TILE_WIDTHS } from "./matmul.ts";
import { Memory, type WasmBuffer, writeElements } from "./memory.ts";

export interface WasmOptions {
  /** "strict": multiply, then add. "fused": one rounding. "auto", the default: fused where this machine really fuses. */
  readonly numerics?: "strict" | "fused" | "auto";
}

/** An op prepared for certain memory: run it as often as needed. */
type Action = () => void;

interface Placed extends Spec {
  readonly buffer: WasmBuffer;
}

type TileFunction = (
  a: number,
  rowA: number,
  stepA: number,
  b: number,
  stepB: number,
  c: number,
  rowC: number,
  k: number,
) => void;
type LoopFunction = (out: number, bytes: number, ...inputs: number[]) => void;

const instantiate = (bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): WebAssembly.Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } }).exports;

/** 1 + 2⁻¹² squared is 1 + 2⁻¹¹ + 2⁻²⁴; rounding the product first loses the last term. */
const fuses = (memory: WebAssembly.Memory): boolean => {
  const bytes = probeModule();
  if (!WebAssembly.validate(bytes)) return false;
  const madd = instantiate(bytes, memory).madd as (x: number, y: number, z: number) => number;
  const x = 1 + 2 ** -12;
  return madd(x, x, -(1 + 2 ** -11)) === 2 ** -24;
};

export const createWasmBackend = ({ numerics = "auto" }: WasmOptions = {}): Backend => {
  const memory = new Memory();
  const canFuse = numerics !== "strict" && fuses(memory.memory);
  if (numerics === "fused" && !canFuse)
    throw new Error("createWasmBackend: this machine does not fuse multiply and add; use strict or auto.");
  return new WasmBackend(memory, canFuse);
};

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly numerics: "strict" | "fused";
  private readonly wasm: Memory;
  private readonly tiles: readonly (readonly TileFunction[])[];
  private readonly loops = new Map<string, LoopFunction>();

  constructor(memory: Memory, fused: boolean) {
    this.wasm = memory;
    this.numerics = fused ? "fused" : "strict";
    const exports = instantiate(matmulModule(fused), memory.memory);
    this.tiles = TILE_WIDTHS.map((width) =>
      Array.from({ length: TILE_ROWS }, (_, r) => exports[`tile_${r + 1}_${width}`] as TileFunction),
    );
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
    const elements = (buffer as WasmBuffer).elements(this.wasm);
    // A loop is quicker than set() for the few numbers that acting and losses read.
    if (out.length <= 16) for (let i = 0; i < out.length; i++) out[i] = elements[i];
    else out.set((out.length === elements.length ? elements : elements.subarray(0, out.length)) as Float32Array);
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    writeElements((to as WasmBuffer).elements(this.wasm), (from as WasmBuffer).elements(this.wasm));
  }

  memory(): { readonly inUse: number; readonly reserved: number } {
    return { inUse: this.wasm.inUse, reserved: this.wasm.bytes.byteLength };
  }

  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): void {
    this.prepare(op, attributes, inputs as readonly Placed[], output as Placed)();
  }

  /** The op as a call with its addresses filled in. */
  private prepare(op: string, attributes: Attributes, inputs: readonly Placed[], output: Placed): Action {
    return (
      this.prepareElementwise(op, inputs, output) ??
      (op === "matmul" ? this.prepareMatmul(attributes, inputs, output) : null) ??
      (op === "sum" ? this.prepareColumnSum(attributes, inputs[0], output) : null) ??
      this.prepareReference(op, attributes, inputs, output)
    );
  }

  /** The reference kernel over views of wasm memory. */
  private prepareReference(op: string, attributes: Attributes, inputs: readonly Placed[], output: Placed): Action {
    const kernel = referenceKernels[op];
    const view = ({ shape, dtype, buffer }: Placed): View => ({ shape, dtype, data: buffer.elements(this.wasm) });
    let views: [View[], View] | null = null;
    return () => {
      if (views === null || views[1].data.buffer !== this.wasm.bytes) views = [inputs.map(view), view(output)];
      kernel(views[0], views[1], attributes);
    };
  }

  private loop(op: string, inputs: readonly Placed[], accesses: readonly Access[]): LoopFunction | null {
    const key = `${op} ${inputs.map(({ dtype }) => dtype).join()} ${accesses.join()}`;
    const known = this.loops.get(key);
    if (known) return known;
    const expression = expressionOf(
      op,
      inputs.map(({ dtype }) => dtype),
    );
    if (!expression) return null;
    const loop = instantiate(elementwiseModule(expression, accesses), this.wasm.memory).run as LoopFunction;
    this.loops.set(key, loop);
    return loop;
  }

  private prepareElementwise(op: string, inputs: readonly Placed[], output: Placed): Action | null {
    const plan = rowsOf(inputs, output);
    if (!plan || output.dtype === "float64") return null;
    const { rows, columns, modes } = plan;
    const loop = this.loop(
      op,
      inputs,
      modes.map((mode) => (mode === "full" || mode === "row" ? "vector" : "scalar")),
    );
    if (!loop) return null;
    if (rows * columns === 0) return () => {};
    const [out, a, b = 0, c = 0] = [output, ...inputs].map(({ buffer }) => buffer.pointer);
    const bytes = columns * 4;
    if (rows === 1) return () => loop(out, bytes, a, b, c);
    // Rows in order: what a row writes behind its end the next one writes again, the last one's end is padding.
    const [stepA, stepB = 0, stepC = 0] = modes.map((mode) => (mode === "full" ? bytes : mode === "column" ? 4 : 0));
    return () => {
      for (let r = 0; r < rows; r++) loop(out + r * bytes, bytes, a + r * stepA, b + r * stepB, c + r * stepC);
    };
  }

  private prepareMatmul(
    { transposeA, transposeB }: Attributes,
    [a, b]: readonly Placed[],
    output: Placed,
  ): Action | null {
    const [m, n] = output.shape.slice(-2);
    const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const batch = sizeOf(output.shape.slice(0, -2));
    if (batch * m * n * k === 0) return null;
    const [rowA, stepA] = transposeA ? [4, m * 4] : [k * 4, 4];
    if (!transposeB)
      return () => {
        for (let p = 0; p < batch; p++)
          this.multiply(
            a.buffer.pointer + p * m * k * 4,
            rowA,
            stepA,
            b.buffer.pointer + p * k * n * 4,
            output.buffer.pointer + p * m * n * 4,
            m,
            n,
            k,
          );
      };
    return () => {
      const turned = this.wasm.allocate("float32", k * n);
      for (let p = 0; p < batch; p++) {
        transpose(
          b.buffer.elements(this.wasm) as Float32Array,
          p * k * n,
          turned.elements(this.wasm) as Float32Array,
          n,
          k,
        );
        this.multiply(
          a.buffer.pointer + p * m * k * 4,
          rowA,
          stepA,
          turned.pointer,
          output.buffer.pointer + p * m * n * 4,
          m,
          n,
          k,
        );
      }
      this.wasm.release(turned);
    };
  }

  /** C = A·B by tiles; pointers and strides in bytes. */
  private multiply(
    a: number,
    rowA: number,
    stepA: number,
    b: number,
    c: number,
    m: number,
    n: number,
    k: number,
  ): void {
    let column = 0;
    TILE_WIDTHS.forEach((width, w) => {
      for (; column + width <= n; column += width)
        for (let row = 0; row < m; row += TILE_ROWS) {
          const height = Math.min(TILE_ROWS, m - row);
          this.tiles[w][height - 1](
            a + row * rowA,
            rowA,
            stepA,
            b + column * 4,
            n * 4,
            c + (row * n + column) * 4,
            n * 4,
            k,
          );
        }
    });
  }

  /** Sums over leading dims: rows added one after the other. */
  private prepareColumnSum({ dims }: Attributes, x: Placed, output: Placed): Action | null {
    const reduced = dims as readonly number[];
    const leading = reduced.every((dim, i) => dim === i);
    const columns = sizeOf(output.shape);
    if (!leading || x.dtype !== "float32" || columns < 4) return null;
    const rows = sizeOf(x.shape) / columns;
    const add = this.loop("add", [x, x], ["vector", "vector"]);
    if (!add || rows === 0) return null;
    const [from, to, bytes] = [x.buffer.pointer, output.buffer.pointer, columns * 4];
    return () => {
      output.buffer.elements(this.wasm).set(x.buffer.elements(this.wasm).subarray(0, columns));
      for (let r = 1; r < rows; r++) add(to, bytes, to, from + r * bytes);
    };
  }

  build(plan: Plan): Executable {
    const own: WasmBuffer[] = [];
    const fresh = ({ dtype, shape }: Spec): WasmBuffer => {
      const buffer = this.wasm.allocate(dtype, sizeOf(shape));
      own.push(buffer);
      return buffer;
    };
    const buffers: WasmBuffer[] = [];
    for (const value of plan.values) {
      const { source } = value;
      if (source.kind === "variable") buffers.push(source.buffer as WasmBuffer);
      else if (source.kind === "view") buffers.push(buffers[source.of]);
      else {
        const buffer = fresh(value);
        if (source.kind === "constant") this.write(buffer, source.data);
        buffers.push(buffer);
      }
    }
    const placed = plan.values.map(({ shape, dtype }, i): Placed => ({ shape, dtype, buffer: buffers[i] }));
    // An action, or the value of a guard.
    const steps = plan.steps.map((step) =>
      step.kind === "guard"
        ? placed[step.value].buffer
        : this.prepare(
            step.op,
            step.attributes,
            step.inputs.map((id) => placed[id]),
            placed[step.output],
          ),
    );
    const outputs = plan.outputs.map((id) => buffers[id]);
    const assigns = [...this.keepOutputs(plan, outputs, fresh), ...this.prepareAssigns(plan, buffers, fresh)];
    return {
      write: (index, data) => this.write(buffers[plan.inputs[index]], data),
      writeFrom: (index, buffer) => this.copy(buffer, buffers[plan.inputs[index]]),
      run: () => {
        for (const step of steps) {
          if (typeof step === "function") step();
          else if (step.elements(this.wasm)[0] !== 1) return false;
        }
        for (const assign of assigns) assign();
        return true;
      },
      read: (index, out) => this.read(outputs[index], out),
      lines: plan.steps.flatMap((step) =>
        step.kind === "op"
          ? [{ kernel: step.op, shape: plan.values[step.output].shape, bytes: buffers[step.output].byteLength }]
          : [],
      ),
      arenaBytes: own.reduce((sum, buffer) => sum + buffer.block, 0),
      dispose: () => {
        for (const buffer of own.splice(0)) this.wasm.release(buffer);
      },
    };
  }

  /** An output that is a Variable's value before the run is put aside before the Variable changes. */
  private keepOutputs(plan: Plan, outputs: WasmBuffer[], fresh: (spec: Spec) => WasmBuffer): Action[] {
    const targets = new Set(plan.assigns.map(({ buffer }) => buffer as WasmBuffer));
    return plan.outputs.flatMap((id, i): Action[] => {
      const from = outputs[i];
      if (!targets.has(from)) return [];
      const kept = fresh(plan.values[id]);
      outputs[i] = kept;
      return [() => this.copy(from, kept)];
    });
  }

  /** Copies into Variables; a right-hand side that is itself a Variable's old value is put aside first. */
  private prepareAssigns(plan: Plan, buffers: readonly WasmBuffer[], fresh: (spec: Spec) => WasmBuffer): Action[] {
    const targets = new Set(plan.assigns.map(({ buffer }) => buffer as WasmBuffer));
    const aside: Action[] = [];
    const copies = plan.assigns.map(({ buffer, value }): Action => {
      let from = buffers[value];
      if (targets.has(from) && from !== buffer) {
        const old = from;
        const kept = fresh(plan.values[value]);
        aside.push(() => this.copy(old, kept));
        from = kept;
      }
      return () => this.copy(from, buffer);
    });
    return [...aside, ...copies];
  }
}

type Mode = "full" | "row" | "column" | "scalar";

/** The op as rows of columns, each operand read in one way; null where broadcasting is wilder than that. */
const rowsOf = (
  inputs: readonly Placed[],
  output: Placed,
): { readonly rows: number; readonly columns: number; readonly modes: readonly Mode[] } | null => {
  const size = sizeOf(output.shape);
  const sizes = inputs.map(({ shape }) => sizeOf(shape));
  if (sizes.every((n) => n === size || n === 1))
    return { rows: 1, columns: size, modes: sizes.map((n) => (n === size && n !== 1 ? "full" : "scalar")) };
  const columns = output.shape[output.shape.length - 1];
  const rows = size / columns;
  const modes = inputs.map(({ shape }, i): Mode | null => {
    const last = shape[shape.length - 1] ?? 1;
    if (sizes[i] === size) return "full";
    if (sizes[i] === 1) return "scalar";
    if (sizes[i] === columns && last === columns) return "row";
    return sizes[i] === rows && last === 1 && shape.length === output.shape.length ? "column" : null;
  });
  return modes.every((mode) => mode !== null) ? { rows, columns, modes } : null;
};

/** out[k, n] = in[n, k]ᵀ, by blocks that stay in the cache. */
const transpose = (from: Float32Array, start: number, out: Float32Array, n: number, k: number): void => {
  const BLOCK = 32;
  for (let j0 = 0; j0 < n; j0 += BLOCK)
    for (let l0 = 0; l0 < k; l0 += BLOCK)
      for (let j = j0; j < Math.min(j0 + BLOCK, n); j++)
        for (let l = l0; l < Math.min(l0 + BLOCK, k); l++) out[l * n + j] = from[start + j * k + l];
};

// The webgpu backend: kernels written in WGSL at run time, whole plans in one command buffer, values read by promises.
import {
  type Attributes,
  type Backend,
  type DeferredReads,
  type DeviceBuffer,
  type Executable,
  type Operand,
  type Plan,
  type Spec,
  StoppedError,
} from "../../backend.ts";
import type { DType, TypedArray } from "../../dtype.ts";
import { UsageError } from "../../errors.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { type Device, openDevice } from "./device.ts";
import { type GpuBuffer, type GpuCommandEncoder, usage } from "./gpu.ts";
import { kernelOf } from "./kernels.ts";
import { elementsOf, Heap, Staging, WebgpuBuffer, wordsOf } from "./memory.ts";
import { buildPlan, type PlanHost } from "./plan.ts";
import { Pages, type Program, Programs, SLOTS } from "./program.ts";

/** Programs of ops run alone that are kept; the oldest goes first. */
const CACHE_SIZE = 512;

export const openWebgpuBackend = async (): Promise<WebgpuBackend> => new WebgpuBackend(await openDevice());

const missing = (op: string, { shape, dtype }: Spec): UsageError =>
  new UsageError(
    `webgpu: has no kernel for ${op} (${dtype} ${showShape(shape)}); select "wasm", which has every op, or leave ${op} out of this part.`,
  );

export class WebgpuBackend implements Backend {
  readonly name = "webgpu";
  readonly numerics = "statistical";
  readonly deferred: DeferredReads;
  private readonly device: Device;
  private readonly heap: Heap;
  private readonly results: Heap;
  private readonly staging: Staging;
  private readonly programs: Programs;
  private readonly alone = new Map<string, Program>();
  private readonly slots = new Uint32Array(SLOTS);
  /** Arenas of plans by size; plans of about one size share one, for they run one after the other. */
  private readonly arenas = new Map<number, { readonly buffer: WebgpuBuffer; users: number }>();
  /** For copies within a page. */
  private bounce: GpuBuffer | null = null;
  /** Buffers that tensors and Variables hold. */
  private readonly live = new Set<WebgpuBuffer>();
  /** What they held when another backend was selected. */
  private mirror: Map<DeviceBuffer, TypedArray> | null = null;

  constructor(device: Device) {
    this.device = device;
    this.heap = new Heap(device);
    this.results = new Heap(device);
    this.staging = new Staging(device);
    this.programs = new Programs(device);
    this.deferred = {
      read: (buffer) => this.readLater(buffer as WebgpuBuffer),
      suspend: async () => {
        if (this.device.lost) return;
        const all = [...this.live];
        const data = await Promise.all(all.map((buffer) => this.readLater(buffer).catch(stopped)));
        this.mirror = new Map(all.flatMap((buffer, i) => (data[i] ? [[buffer, data[i]] as const] : [])));
      },
      resume: () => {
        this.mirror = null;
      },
    };
  }

  /** Lost, or out of memory: of no use any more. */
  get lost(): boolean {
    return this.device.lost;
  }

  supports(dtype: DType): boolean {
    return dtype !== "float64";
  }

  allocate(dtype: DType, size: number): WebgpuBuffer {
    const buffer = this.heap.allocate(dtype, size);
    this.live.add(buffer);
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    const { guarded } = buffer as WebgpuBuffer;
    this.live.delete(buffer as WebgpuBuffer);
    (guarded ? this.results : this.heap).release(buffer as WebgpuBuffer);
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    this.writeWords(buffer as WebgpuBuffer, wordsOf(data));
  }

  private writeWords({ page, offset }: WebgpuBuffer, words: ArrayBufferView<ArrayBuffer>): void {
    this.device.check();
    if (words.byteLength > 0) this.device.gpu.queue.writeBuffer(page, offset, words);
  }

  read(buffer: DeviceBuffer, out: TypedArray): void {
    const mirrored = this.mirror?.get(buffer);
    if (!mirrored) {
      this.device.check();
      throw new UsageError(
        "webgpu: values cannot be read at once; await data(), item() or toArray() of the tensor (of a Variable: of its value) instead of dataSync(), itemSync() or toHost(), or select another backend first, which brings values along.",
      );
    }
    out.set(mirrored.subarray(0, out.length) as Float32Array);
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    const [source, target] = [from as WebgpuBuffer, to as WebgpuBuffer];
    const bytes = source.byteLength;
    if (bytes === 0) return;
    this.submit((encoder) => {
      const copy = encoder.copyBufferToBuffer.bind(encoder);
      if (source.page !== target.page) return copy(source.page, source.offset, target.page, target.offset, bytes);
      const between = this.bounceOf(bytes);
      copy(source.page, source.offset, between, 0, bytes);
      copy(between, 0, target.page, target.offset, bytes);
    });
  }

  private bounceOf(bytes: number): GpuBuffer {
    if (!this.bounce || this.bounce.size < bytes) {
      if (this.bounce) this.device.destroyBuffer(this.bounce);
      const size = 2 ** Math.max(12, 32 - Math.clz32(bytes - 1));
      this.bounce = this.device.createBuffer(size, usage.copySource | usage.copyTarget, this.heap.inUse);
    }
    return this.bounce;
  }

  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand): void {
    if (sizeOf(output.shape) === 0) return;
    const operands = [...inputs, output];
    if (operands.length > SLOTS)
      throw new UsageError(`webgpu: ${op} of ${inputs.length} tensors; at most ${SLOTS - 1} where it runs alone.`);
    const program = this.programAlone(op, attributes, operands);
    operands.forEach(({ buffer }, slot) => {
      this.slots[slot] = (buffer as WebgpuBuffer).offset / 4;
    });
    this.device.gpu.queue.writeBuffer(this.programs.places, 0, this.slots);
    this.submit((encoder) => this.run(encoder, [program]));
  }

  /** The program of an op for operands of these shapes in these pages, wherever they lie there. */
  private programAlone(op: string, attributes: Attributes, operands: readonly Operand[]): Program {
    const pages = new Pages();
    const placed = operands.map((operand, slot) => pages.movable(operand, slot));
    const numbers = pages.list.map((page) => this.programs.numberOf(page));
    const key = `${op} ${JSON.stringify(attributes)} ${numbers.join()} ${placed.map(({ heap, shape, dtype }) => `${heap} ${dtype} ${shape.join()}`).join(";")}`;
    let program = this.alone.get(key);
    if (program) return program;
    const output = placed.pop()!;
    const kernel = kernelOf(op, attributes, placed, output);
    if (!kernel) throw missing(op, output);
    program = this.programs.make(kernel, pages);
    this.alone.set(key, program);
    if (this.alone.size > CACHE_SIZE) for (const [oldest] of this.alone) return this.dropAlone(oldest, program);
    return program;
  }

  private dropAlone(key: string, program: Program): Program {
    this.alone.delete(key);
    return program;
  }

  build(plan: Plan): Executable {
    this.device.check();
    const { heap, results, staging, programs } = this;
    const host: PlanHost = {
      heap,
      results,
      staging,
      programs,
      maxPages: this.device.gpu.limits.maxStorageBuffersPerShaderStage,
      borrowArena: (bytes) => this.borrowArena(bytes),
      write: (buffer, words) => this.writeWords(buffer, words),
      copy: (from, to) => this.copy(from, to),
      submit: (encode) => this.submit(encode),
      run: (encoder, list) => this.run(encoder, list),
      keep: (buffer) => this.live.add(buffer),
      missing,
    };
    return buildPlan(plan, host);
  }

  memory(): { readonly inUse: number; readonly reserved: number } {
    return { inUse: this.heap.inUse + this.results.inUse, reserved: this.device.reserved };
  }

  private borrowArena(bytes: number): { readonly buffer: WebgpuBuffer; readonly giveBack: () => void } {
    const size = 2 ** Math.max(12, 32 - Math.clz32(bytes - 1));
    let arena = this.arenas.get(size);
    if (!arena) {
      arena = { buffer: this.heap.allocate("float32", size / 4), users: 0 };
      this.arenas.set(size, arena);
    }
    const { buffer } = arena;
    arena.users++;
    const giveBack = (): void => {
      const found = this.arenas.get(size);
      if (!found || --found.users > 0) return;
      this.arenas.delete(size);
      this.heap.release(buffer);
    };
    return { buffer, giveBack };
  }

  private submit(encode: (encoder: GpuCommandEncoder) => void): void {
    this.device.check();
    const encoder = this.device.gpu.createCommandEncoder();
    encode(encoder);
    this.device.gpu.queue.submit([encoder.finish()]);
  }

  private run(encoder: GpuCommandEncoder, programs: readonly Program[]): void {
    const pass = encoder.beginComputePass();
    pass.setBindGroup(1, this.programs.placesGroup);
    for (const { pipeline, pages, x, y } of programs) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, pages);
      pass.dispatchWorkgroups(x, y);
    }
    pass.end();
  }

  private async readLater(buffer: WebgpuBuffer): Promise<TypedArray> {
    const mirrored = this.mirror?.get(buffer);
    if (mirrored) return mirrored.slice() as TypedArray;
    const { page, offset, size, dtype, guarded } = buffer;
    const lead = guarded ? 4 : 0;
    const bytes = size * 4 + lead;
    if (bytes === 0) return elementsOf(new ArrayBuffer(0), 0, dtype, 0);
    const staging = this.staging.take(bytes);
    this.submit((encoder) => encoder.copyBufferToBuffer(page, offset - lead, staging, 0, bytes));
    const words = await this.staging.words(staging, bytes);
    if (guarded && new Uint32Array(words, 0, 1)[0] === 0) throw new StoppedError("webgpu: a guard stopped the plan.");
    return elementsOf(words, lead, dtype, size);
  }
}

/** Outputs of a run that was stopped have no values. */
const stopped = (error: unknown): null => {
  if (error instanceof StoppedError) return null;
  throw error;
};

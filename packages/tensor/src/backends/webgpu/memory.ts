// GPU memory: a few large buffers (pages), in which tensors are blocks by size class; and buffers for reading back.
import type { DeviceBuffer } from "../../backend.ts";
import { type DType, newArray, type TypedArray } from "../../dtype.ts";
import type { Device } from "./device.ts";
import { type GpuBuffer, MAP_READ, usage } from "./gpu.ts";

/** A block of a page. Elements take four bytes each, bools too. */
export class WebgpuBuffer implements DeviceBuffer {
  readonly page: GpuBuffer;
  /** Bytes from the page's start; a multiple of four. */
  readonly offset: number;
  readonly dtype: DType;
  readonly size: number;
  readonly block: number;
  /** The word before the first element says whether the guards of the plan that wrote it held. */
  readonly guarded: boolean;

  constructor(place: Place, dtype: DType, size: number, { block = 0, guarded = false }: BlockOptions = {}) {
    this.page = place.page;
    this.offset = place.offset;
    this.dtype = dtype;
    this.size = size;
    this.block = block;
    this.guarded = guarded;
  }

  get byteLength(): number {
    return this.size * 4;
  }
}

interface BlockOptions {
  /** Bytes of the whole block; 0 for a part of one. */
  readonly block?: number;
  readonly guarded?: boolean;
}

/** Where something lies. */
export interface Place {
  readonly page: GpuBuffer;
  readonly offset: number;
}

const ALIGNMENT = 64;
const FIRST_PAGE = 2 ** 20;
const LARGEST_PAGE = 2 ** 26;

/** Block size for a number of bytes: four classes per power of two, so that at most a fifth is wasted. */
const blockSize = (bytes: number): number => {
  if (bytes <= 256) return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
  const step = 2 ** (31 - Math.clz32(bytes - 1) - 2);
  return Math.ceil(bytes / step) * step;
};

export class Heap {
  inUse = 0;
  private readonly device: Device;
  private readonly free = new Map<number, Place[]>();
  private page: GpuBuffer | null = null;
  private end = 0;

  constructor(device: Device) {
    this.device = device;
  }

  /** `guarded`: with a word before the elements for a plan's verdict. */
  allocate(dtype: DType, size: number, { guarded = false }: BlockOptions = {}): WebgpuBuffer {
    const lead = guarded ? 4 : 0;
    const block = blockSize(size * 4 + lead);
    const { page, offset } = this.free.get(block)?.pop() ?? this.extend(block);
    this.inUse += block;
    return new WebgpuBuffer({ page, offset: offset + lead }, dtype, size, { block, guarded });
  }

  release({ page, offset, block, guarded }: WebgpuBuffer): void {
    this.inUse -= block;
    const place = { page, offset: offset - (guarded ? 4 : 0) };
    const list = this.free.get(block);
    if (list) list.push(place);
    else this.free.set(block, [place]);
  }

  /** Pages double; a block that is larger gets one of its own size. */
  private extend(block: number): Place {
    if (!this.page || this.end + block > this.page.size) {
      const bytes = Math.max(block, this.page ? Math.min(2 * this.page.size, LARGEST_PAGE) : FIRST_PAGE);
      this.page = this.device.createBuffer(bytes, usage.storage | usage.copySource | usage.copyTarget, this.inUse);
      this.end = 0;
    }
    const place = { page: this.page, offset: this.end };
    this.end += block;
    return place;
  }
}

/** Buffers that the host can map, used again and again; as many as there are reads under way at once. */
export class Staging {
  private readonly device: Device;
  private readonly free = new Map<number, GpuBuffer[]>();

  constructor(device: Device) {
    this.device = device;
  }

  take(bytes: number): GpuBuffer {
    const size = 2 ** Math.max(8, 32 - Math.clz32(bytes - 1));
    return this.free.get(size)?.pop() ?? this.device.createBuffer(size, usage.mapRead | usage.copyTarget, 0);
  }

  /** The words that the commands submitted before have copied there. The buffer goes back. */
  async words(buffer: GpuBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(MAP_READ);
    } catch (error) {
      // Loss and lack of memory are told by promises of their own, which come first or in the same turn.
      await Promise.resolve();
      this.device.check();
      throw error;
    }
    this.device.check();
    const words = buffer.getMappedRange(0, bytes).slice(0);
    buffer.unmap();
    const list = this.free.get(buffer.size);
    if (list) list.push(buffer);
    else this.free.set(buffer.size, [buffer]);
    return words;
  }
}

/** Elements of words as the device holds them. */
export const elementsOf = (words: ArrayBuffer, offset: number, dtype: DType, size: number): TypedArray => {
  if (dtype === "bool") return Uint8Array.from(new Uint32Array(words, offset, size));
  const view = dtype === "float32" ? new Float32Array(words, offset, size) : new Int32Array(words, offset, size);
  const out = newArray(dtype, size);
  out.set(view as Float32Array);
  return out;
};

/** Host data as the device holds it: bools are words there. */
export const wordsOf = (data: TypedArray): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> =>
  (data instanceof Uint8Array ? Int32Array.from(data) : data) as Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

// One linear memory with an allocator: blocks by size class, freed blocks used again.
import type { DeviceBuffer } from "../../backend.ts";
import type { DType, TypedArray } from "../../dtype.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { MOST_PAGES } from "./emitter.ts";

/** A block of wasm memory. Elements take four bytes each, bools too. */
export class WasmBuffer implements DeviceBuffer {
  readonly pointer: number;
  readonly dtype: DType;
  readonly size: number;
  readonly block: number;
  private view: Float32Array | Int32Array | null = null;

  constructor(pointer: number, dtype: DType, size: number, block: number) {
    this.pointer = pointer;
    this.dtype = dtype;
    this.size = size;
    this.block = block;
  }

  get byteLength(): number {
    return this.size * 4;
  }

  /** The elements as they lie in memory; renewed when the memory has grown. */
  elements(memory: Memory): Float32Array | Int32Array {
    if (this.view === null || this.view.buffer !== memory.bytes) {
      const place = [memory.bytes, this.pointer, this.size] as const;
      this.view = this.dtype === "float32" ? new Float32Array(...place) : new Int32Array(...place);
    }
    return this.view;
  }
}

const PAGE = 65536;
/** Blocks start at multiples of a cache line, and vector loops may run over an end by less than that. */
const ALIGNMENT = 64;

/** Block size for a number of bytes: four classes per power of two, so that at most a fifth is wasted. */
const blockSize = (bytes: number): number => {
  const needed = bytes + ALIGNMENT / 2;
  if (needed <= 256) return Math.ceil(needed / ALIGNMENT) * ALIGNMENT;
  const step = 2 ** (31 - Math.clz32(needed) - 2);
  return Math.ceil(needed / step) * step;
};

/** A memory that may grow to `limit` bytes, or to as much less as the machine reserves room for. */
const reserve = (shared: boolean, limit: number): { readonly memory: WebAssembly.Memory; readonly limit: number } => {
  const maximum = Math.floor(limit / PAGE);
  try {
    return {
      memory: new WebAssembly.Memory({ initial: Math.min(16, maximum), maximum, shared }),
      limit: maximum * PAGE,
    };
  } catch (error) {
    if (maximum < 1024) throw error;
    return reserve(shared, limit / 2);
  }
};

export class Memory {
  readonly memory: WebAssembly.Memory;
  /** Whether other threads may use it too. */
  readonly shared: boolean;
  /** Most bytes that it can grow to. */
  readonly limit: number;
  /** The memory's current buffer. */
  bytes: ArrayBufferLike;
  inUse = 0;
  private end = ALIGNMENT;
  private readonly free = new Map<number, number[]>();

  constructor(shared: boolean, limit: number = MOST_PAGES * PAGE) {
    const reserved = reserve(shared, limit);
    this.shared = shared;
    this.memory = reserved.memory;
    this.limit = reserved.limit;
    this.bytes = this.memory.buffer;
  }

  allocate(dtype: DType, size: number): WasmBuffer {
    if (size * 4 > this.limit) throw this.exhausted(size * 4);
    const block = blockSize(size * 4);
    const pointer = this.free.get(block)?.pop() ?? this.extend(block);
    if (pointer === null) return this.fromFree(dtype, size, block);
    this.inUse += block;
    return new WasmBuffer(pointer, dtype, size, block);
  }

  /** Cut from the smallest run of free blocks side by side that is large enough: for when the memory cannot grow. */
  private fromFree(dtype: DType, size: number, block: number): WasmBuffer {
    const fit = this.freeRuns().filter(({ bytes }) => bytes >= block);
    if (fit.length === 0) throw this.exhausted(size * 4);
    const run = fit.reduce((least, other) => (other.bytes < least.bytes ? other : least));
    for (const [bytes, pointers] of this.free) {
      const isElsewhere = (pointer: number): boolean => pointer < run.start || pointer >= run.start + run.bytes;
      this.free.set(bytes, pointers.filter(isElsewhere));
    }
    if (run.bytes > block) this.putBack(run.start + block, run.bytes - block);
    this.inUse += block;
    return new WasmBuffer(run.start, dtype, size, block);
  }

  /** Free blocks joined with those that follow them. */
  private freeRuns(): { readonly start: number; bytes: number }[] {
    const blocks = [...this.free].flatMap(([bytes, pointers]) => pointers.map((start) => ({ start, bytes })));
    const runs: { readonly start: number; bytes: number }[] = [];
    for (const { start, bytes } of blocks.sort((a, b) => a.start - b.start)) {
      const last = runs.at(-1);
      if (last && last.start + last.bytes === start) last.bytes += bytes;
      else runs.push({ start, bytes });
    }
    return runs;
  }

  private exhausted(asked: number): OutOfMemoryError {
    return new OutOfMemoryError(
      `out of memory: ${asked} bytes asked, ${this.inUse} in use, limit ${this.limit} bytes of WebAssembly memory. Use smaller batches, or keep fewer Variables and compiled shapes.`,
      { asked, inUse: this.inUse, limit: this.limit },
    );
  }

  release({ pointer, block }: WasmBuffer): void {
    this.inUse -= block;
    this.putBack(pointer, block);
  }

  private putBack(pointer: number, block: number): void {
    const list = this.free.get(block);
    if (list) list.push(pointer);
    else this.free.set(block, [pointer]);
  }

  /** Copies the first `out.length` elements out; a loop is quicker than set() for the few numbers that acting and losses read. */
  read(buffer: WasmBuffer, out: TypedArray): void {
    const elements = buffer.elements(this);
    if (out.length <= 16) for (let i = 0; i < out.length; i++) out[i] = elements[i];
    else out.set((out.length === elements.length ? elements : elements.subarray(0, out.length)) as Float32Array);
  }

  /** Address of a new block at the end; null where the memory cannot grow so far. */
  private extend(block: number): number | null {
    const pointer = this.end;
    const missing = pointer + block - this.bytes.byteLength;
    if (missing > 0) {
      const room = this.limit - this.bytes.byteLength;
      if (missing > room) return null;
      try {
        this.memory.grow(Math.min(Math.max(Math.ceil(missing / PAGE), 16), room / PAGE));
      } catch {
        return null;
      }
      this.bytes = this.memory.buffer;
    }
    this.end += block;
    return pointer;
  }
}

/** Sizes of pieces: powers of two, and from 64 MiB on multiples of that, so that little is lost of much. */
const pieceSize = (bytes: number): number =>
  bytes <= LARGE_PIECE ? 2 ** Math.max(12, 32 - Math.clz32(bytes - 1)) : Math.ceil(bytes / LARGE_PIECE) * LARGE_PIECE;
const LARGE_PIECE = 2 ** 26;

/**
 * Memory for the intermediate values of plans, which need none of it between runs: plans of about one size share one piece. A piece goes
 * when the last of its plans does.
 */
export class ArenaPool {
  private readonly memory: Memory;
  private readonly pieces = new Map<number, { readonly buffer: WasmBuffer; users: number }>();

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Address of at least `bytes`, and the function that gives them back. */
  borrow(bytes: number): { readonly pointer: number; readonly giveBack: () => void } {
    const size = pieceSize(bytes);
    let piece = this.pieces.get(size);
    if (!piece) {
      piece = { buffer: this.memory.allocate("float32", size / 4), users: 0 };
      this.pieces.set(size, piece);
    }
    const { buffer } = piece;
    piece.users++;
    const giveBack = (): void => {
      if (--piece.users > 0) return;
      this.pieces.delete(size);
      this.memory.release(buffer);
    };
    return { pointer: buffer.pointer, giveBack };
  }
}

/** Copies host data in; host bools are bytes, wasm's are words. */
export const writeElements = (target: Float32Array | Int32Array, data: TypedArray): void => {
  target.set(data as Float32Array & Int32Array);
};

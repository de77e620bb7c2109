// Opening the GPU, and what may go wrong with it later: loss, memory that cannot be had, commands that are refused.
import { OutOfMemoryError, UsageError } from "../../errors.ts";
import type { Gpu, GpuAdapter, GpuBuffer, GpuDevice } from "./gpu.ts";

let provided: Gpu | null = null;

/** See `@agon/tensor/webgpu`. */
export const provideGpu = (gpu: Gpu | null): void => {
  provided = gpu;
};

/** The GPU is gone, and with it what was in its memory. The process goes on. */
export class DeviceLostError extends Error {
  override name = "DeviceLostError";
}

const WAY_OUT =
  'What was in its memory is gone: select a backend again (await selectBackend("webgpu", "wasm")) and load a checkpoint.';

/** A device, and the error that made it useless. */
export class Device {
  readonly gpu: GpuDevice;
  /** Bytes of all buffers. */
  reserved = 0;
  private failure: Error | null = null;

  constructor(gpu: GpuDevice) {
    this.gpu = gpu;
    void gpu.lost.then(({ reason, message }) => {
      this.failure ??= new DeviceLostError(
        `webgpu: the device was lost (${reason ?? "unknown"}${message ? `: ${message}` : ""}). ${WAY_OUT}`,
      );
    });
    gpu.addEventListener("uncapturederror", ({ error }) => {
      this.failure ??= new Error(`internal: webgpu refused a command: ${error.message}`);
    });
  }

  get lost(): boolean {
    return this.failure !== null;
  }

  /** Throws where the device is of no use any more. */
  check(): void {
    if (this.failure) throw this.failure;
  }

  /** A buffer that the device may still refuse: then every later use throws. `inUse`: bytes of tensors, for the message. */
  createBuffer(bytes: number, usage: number, inUse: number): GpuBuffer {
    this.check();
    const { maxBufferSize, maxStorageBufferBindingSize } = this.gpu.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > limit)
      throw new OutOfMemoryError(
        `out of memory: ${bytes} bytes asked, ${inUse} in use; a buffer of this GPU has at most ${limit} bytes. Use smaller tensors or batches.`,
        { asked: bytes, inUse, limit },
      );
    this.gpu.pushErrorScope("out-of-memory");
    const buffer = this.gpu.createBuffer({ size: bytes, usage });
    void this.gpu.popErrorScope().then((error) => {
      if (!error) return;
      this.failure ??= new OutOfMemoryError(
        `out of memory: ${bytes} bytes asked, ${inUse} in use, and the GPU has no more (${error.message}). ${WAY_OUT}`,
        { asked: bytes, inUse },
      );
    }, ignore);
    this.reserved += bytes;
    return buffer;
  }

  destroyBuffer(buffer: GpuBuffer): void {
    this.reserved -= buffer.size;
    buffer.destroy();
  }
}

/** A lost device may refuse to answer; its promise `lost` tells. */
const ignore = (): void => {};

/** Asks for the adapter's device with the adapter's limits; throws a UsageError that says what is missing. */
export const openDevice = async (): Promise<Device> => {
  const gpu = provided ?? (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
  if (!gpu)
    throw new UsageError(
      "webgpu: there is no navigator.gpu here; in Node give one to provideGpu of @agon/tensor/webgpu, in a page look for a secure context and a browser with WebGPU.",
    );
  const adapter = (await gpu.requestAdapter()) as GpuAdapter | null;
  if (!adapter)
    throw new UsageError("webgpu: navigator.gpu has no adapter: the machine has no GPU that it may use, or no driver.");
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
  try {
    return new Device(await adapter.requestDevice({ requiredLimits }));
  } catch (error) {
    throw new UsageError(`webgpu: the adapter gives no device (${(error as Error).message}).`);
  }
};

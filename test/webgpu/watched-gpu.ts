// A GPU that counts what is asked of its device, and that can be made to fail.
import type { Gpu } from "@agon/tensor/webgpu";
import type { GpuAdapter, GpuDevice } from "../../packages/tensor/src/backends/webgpu/gpu.ts";

export interface WatchedGpu {
  readonly gpu: Gpu;
  /** Calls of each method of the device and its queue since the last reset. */
  readonly calls: Map<string, number>;
  /** The device opened last. */
  device(): GpuDevice;
  /** The next buffer that is asked for is refused, as by a device that has no more memory. */
  refuseNextBuffer(): void;
}

export const watch = (inner: Gpu): WatchedGpu => {
  const calls = new Map<string, number>();
  let opened: GpuDevice | null = null;
  let refuse = false;
  const counted = <T extends object>(target: T, own: Partial<T> = {}): T =>
    new Proxy(target, {
      get(_, name) {
        const value = Reflect.get(name in own ? own : target, name);
        if (typeof value !== "function") return value;
        return (...parameters: unknown[]) => {
          calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
          return value.apply(target, parameters);
        };
      },
    });
  const adapterOf = async (): Promise<GpuAdapter | null> => (await inner.requestAdapter()) as GpuAdapter | null;
  const requestDevice: GpuAdapter["requestDevice"] = async (descriptor) => {
    const device = await (await adapterOf())!.requestDevice(descriptor);
    opened = device;
    return counted(device, {
      queue: counted(device.queue),
      popErrorScope: async () => {
        const error = await device.popErrorScope();
        if (!refuse) return error;
        refuse = false;
        return { message: "not enough memory left" };
      },
    });
  };
  return {
    calls,
    gpu: {
      async requestAdapter() {
        const adapter = await adapterOf();
        return adapter && { limits: adapter.limits, requestDevice };
      },
    },
    device: () => opened!,
    refuseNextBuffer() {
      refuse = true;
    },
  };
};

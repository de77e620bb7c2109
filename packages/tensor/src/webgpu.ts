// @agon/tensor/webgpu: what is needed beside the main entry where there is no navigator.gpu, as in Node.
import { provideGpu as provide } from "./backends/webgpu/device.ts";
import type { Gpu } from "./backends/webgpu/gpu.ts";

export { DeviceLostError } from "./backends/webgpu/device.ts";
export type { Gpu } from "./backends/webgpu/gpu.ts";

/**
 * Gives the GPU that `selectBackend("webgpu")` opens next, instead of `navigator.gpu`; null takes it back. In Node, with the package webgpu:
 * `provideGpu(create([]))`.
 */
export const provideGpu = (gpu: Gpu | null): void => provide(gpu);

// The part of the WebGPU API that the backend uses, so that the package's types need neither the page's nor another package's.

/** An object like `navigator.gpu`, whoever's types it has. */
export interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** Limits by their WebGPU names; the backend asks for the best that the adapter has of those it knows. */
export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
}

export interface GpuAdapter {
  readonly limits: GpuLimits;
  requestDevice(descriptor: { readonly requiredLimits: Record<string, number> }): Promise<GpuDevice>;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: GpuBindGroup): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

export interface GpuCommandEncoder {
  beginComputePass(): GpuComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void;
  finish(): GpuCommandBuffer;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly lost: Promise<{ readonly reason: string | undefined; readonly message: string }>;
  readonly queue: {
    submit(commands: GpuCommandBuffer[]): void;
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView<ArrayBuffer>): void;
  };
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string }): GpuShaderModule;
  createBindGroupLayout(descriptor: {
    readonly entries: { binding: number; visibility: number; buffer: { type: "storage" | "uniform" } }[];
  }): GpuBindGroupLayout;
  createPipelineLayout(descriptor: { readonly bindGroupLayouts: GpuBindGroupLayout[] }): GpuPipelineLayout;
  createBindGroup(descriptor: {
    readonly layout: GpuBindGroupLayout;
    readonly entries: { binding: number; resource: { buffer: GpuBuffer } }[];
  }): GpuBindGroup;
  createComputePipeline(descriptor: {
    readonly layout: GpuPipelineLayout;
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string };
  }): GpuPipeline;
  createCommandEncoder(): GpuCommandEncoder;
  addEventListener(
    type: "uncapturederror",
    listener: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
  pushErrorScope(filter: "out-of-memory"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

// Objects that are only handed on.
export type GpuShaderModule = object;
export type GpuBindGroupLayout = object;
export type GpuPipelineLayout = object;
export type GpuBindGroup = object;
export type GpuPipeline = object;
export type GpuCommandBuffer = object;

/** GPUBufferUsage, GPUMapMode and GPUShaderStage, whose values the specification fixes; outside a page they are not always global. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;
export const MAP_READ = 1;
export const COMPUTE = 4;

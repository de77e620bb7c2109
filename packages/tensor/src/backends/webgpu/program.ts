// From kernels to pipelines: the pages that a kernel touches become bindings, its tensors places in them.
import type { Operand, Spec } from "../../backend.ts";
import { UsageError } from "../../errors.ts";
import type { Device } from "./device.ts";
import { PRELUDE } from "./expressions.ts";
import { COMPUTE, type GpuBindGroup, type GpuBindGroupLayout, type GpuBuffer, type GpuPipeline, usage } from "./gpu.ts";
import { type Kernel, LANES, type Placed } from "./kernel.ts";
import type { Place, WebgpuBuffer } from "./memory.ts";

/** Workgroups in one dimension; more make rows of them. */
const MAX_GROUPS = 65_535;

/** The pages of a kernel, in the order of their bindings. */
export class Pages {
  readonly list: GpuBuffer[] = [];

  /** The tensor at a place that is known while the kernel is written. */
  fixed({ page, offset }: Place, { shape, dtype }: Spec): Placed {
    return { shape, dtype, heap: `heap${this.numberOf(page)}`, start: `${offset / 4}u` };
  }

  /** The tensor at the place that `places[slot]` names when the kernel runs. */
  movable({ buffer, shape, dtype }: Operand, slot: number): Placed {
    const heap = `heap${this.numberOf((buffer as WebgpuBuffer).page)}`;
    return { shape, dtype, heap, start: `places[${slot >> 2}][${slot & 3}]` };
  }

  private numberOf(page: GpuBuffer): number {
    const at = this.list.indexOf(page);
    return at >= 0 ? at : this.list.push(page) - 1;
  }
}

/** Tensors that one op run alone may have. */
export const SLOTS = 256;

/** A kernel ready to be run. */
export interface Program {
  readonly pipeline: GpuPipeline;
  readonly pages: GpuBindGroup;
  readonly x: number;
  readonly y: number;
}

export class Programs {
  /** Places of the tensors of an op that runs alone. */
  readonly places: GpuBuffer;
  /** Binds `places`. */
  readonly placesGroup: GpuBindGroup;
  private readonly device: Device;
  private readonly placesLayout: GpuBindGroupLayout;
  private readonly layouts = new Map<number, GpuBindGroupLayout>();
  private readonly groups = new Map<string, GpuBindGroup>();
  private readonly numbers = new Map<GpuBuffer, number>();

  constructor(device: Device) {
    this.device = device;
    this.places = device.createBuffer(SLOTS * 4, usage.uniform | usage.copyTarget, 0);
    this.placesLayout = this.layout(1, "uniform");
    const entries = [{ binding: 0, resource: { buffer: this.places } }];
    this.placesGroup = device.gpu.createBindGroup({ layout: this.placesLayout, entries });
  }

  make({ body, groups, shared = "" }: Kernel, pages: Pages): Program {
    const width = Math.min(Math.max(1, groups), MAX_GROUPS);
    const { list } = pages;
    const heaps = list.map((_, k) => `@group(0) @binding(${k}) var<storage, read_write> heap${k}: array<u32>;`);
    const code = `${heaps.join("\n")}
@group(1) @binding(0) var<uniform> places: array<vec4<u32>, ${SLOTS / 4}>;
${shared}${PRELUDE}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
let block = group.x + group.y * ${width}u;
let i = block * ${LANES}u + lane;
${body}
}`;
    const { gpu } = this.device;
    this.device.check();
    if (list.length > gpu.limits.maxStorageBuffersPerShaderStage)
      throw new UsageError(
        `webgpu: one kernel reads and writes ${list.length} pages of memory, and this GPU binds ${gpu.limits.maxStorageBuffersPerShaderStage}; use smaller models or batches.`,
      );
    const bindGroupLayouts = [this.pagesLayout(list.length), this.placesLayout];
    const pipeline = gpu.createComputePipeline({
      layout: gpu.createPipelineLayout({ bindGroupLayouts }),
      compute: { module: gpu.createShaderModule({ code }), entryPoint: "main" },
    });
    return { pipeline, pages: this.pagesGroup(list), x: width, y: Math.ceil(groups / width) };
  }

  /** Binds pages; made once for the same ones. */
  private pagesGroup(pages: readonly GpuBuffer[]): GpuBindGroup {
    const key = pages.map((page) => this.numberOf(page)).join();
    let group = this.groups.get(key);
    if (!group) {
      const entries = pages.map((buffer, binding) => ({ binding, resource: { buffer } }));
      group = this.device.gpu.createBindGroup({ layout: this.pagesLayout(pages.length), entries });
      this.groups.set(key, group);
    }
    return group;
  }

  /** Pages are never given back, so a number is a name. */
  numberOf(page: GpuBuffer): number {
    let number = this.numbers.get(page);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(page, number);
    }
    return number;
  }

  private pagesLayout(count: number): GpuBindGroupLayout {
    let layout = this.layouts.get(count);
    if (!layout) {
      layout = this.layout(count, "storage");
      this.layouts.set(count, layout);
    }
    return layout;
  }

  private layout(count: number, type: "storage" | "uniform"): GpuBindGroupLayout {
    const entries = Array.from({ length: count }, (_, binding) => ({ binding, visibility: COMPUTE, buffer: { type } }));
    return this.device.gpu.createBindGroupLayout({ entries });
  }
}

// A GPU for tests in Node: the npm package webgpu (Dawn) on the software driver that comes with Chromium, or on what the machine has.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Gpu } from "@agon/tensor/webgpu";

const chromium = process.env.AGON_CHROMIUM ?? "/usr/bin/chromium";
/** Where Chromium keeps its libraries: beside a program of one's own, else where Debian puts them. */
const folders = [dirname(chromium), "/usr/lib/chromium"];

const RTLD_NOW_AND_NODELETE = 0x1002;

/** In CI the tests must run where there is a Chromium. */
export const mustRun: boolean = process.env.CI === "true" && existsSync(chromium);

/**
 * Chromium's SwiftShader where it is found, so that results do not depend on the machine. Without an adapter: the reason.
 *
 * Dawn opens libvulkan.so.1 by that name, and a machine without a GPU often has none; Chromium brings one that is no addon of Node, but stays
 * loaded when Node has refused it.
 */
export const testGpu = async (): Promise<Gpu | string> => {
  const folder = folders.find((path) => existsSync(join(path, "vk_swiftshader_icd.json")));
  if (process.platform === "linux" && folder !== undefined) {
    process.env.VK_ICD_FILENAMES = join(folder, "vk_swiftshader_icd.json");
    try {
      process.dlopen({ exports: {} }, join(folder, "libvulkan.so.1"), RTLD_NOW_AND_NODELETE);
    } catch {
      // As said above; a library that is not there shows below.
    }
  }
  try {
    const { create } = await import("webgpu");
    const gpu: Gpu = create([]);
    if (await gpu.requestAdapter()) return gpu;
    return `no GPU, and no software driver (vk_swiftshader_icd.json) in ${folders.join(" or ")}: install Chromium (Debian: apt-get install chromium)`;
  } catch (error) {
    return `the npm package webgpu does not run here (${(error as Error).message})`;
  }
};

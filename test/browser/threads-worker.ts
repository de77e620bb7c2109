// Computes in a worker, whose threads are workers of its own.
import { computeOn } from "./threads-program.ts";

self.onmessage = async ({ data }: MessageEvent<number>) => self.postMessage(await computeOn(data));

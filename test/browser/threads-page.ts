// Computes in a page, and in a worker of it.
import { type Computed, computeOn } from "./threads-program.ts";

declare global {
  var computeOn: (count: number) => Promise<Computed>;
  var computeInWorker: (count: number) => Promise<Computed>;
}

globalThis.computeOn = computeOn;
globalThis.computeInWorker = (count) =>
  new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Computed>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(count);
  });

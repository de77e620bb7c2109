// A page under a strict content policy: starts itself, starts a worker, and tries what the policy forbids.
import { descend, type Start, start } from "./start-program.ts";

declare global {
  /** Once everything that the page links to has arrived: starts the page. */
  var startPage: () => Promise<Start>;
  var descend: () => Promise<number[]>;
  var startWorker: () => Promise<Start & { readonly losses: number[] }>;
  var evalWorks: () => boolean;
}

const inWorker: typeof startWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker("/start-worker.js", { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Awaited<ReturnType<typeof startWorker>> | string>) =>
      typeof data === "string" ? reject(new Error(data)) : resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });

const evalWorks = (): boolean => {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
};

addEventListener("load", () =>
  Object.assign(globalThis, { startPage: start, descend, startWorker: inWorker, evalWorks }),
);

// What a page, a worker and Node do to begin with: load @agon/tensor, compute once; then a compiled step with a gradient.
import type { Tensor } from "@agon/tensor";

export interface Start {
  /** Milliseconds from the import's begin until the result of the first op is there. */
  readonly firstOp: number;
  /** Processor time of those, in Node. */
  readonly cpu: number;
  /** Of those, until the module is there. */
  readonly loaded: number;
  /** "wasm" or "js". */
  readonly backend: string;
  /** What the first op gave. */
  readonly sum: number;
}

/** Processor time of this thread in milliseconds, where it is told. */
const cpuTime = (): number => {
  if (typeof process === "undefined") return 0;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

export const start = async (): Promise<Start> => {
  const [begin, cpuBegin] = [performance.now(), cpuTime()];
  const { backendInForce, ones } = await import("@agon/tensor");
  const loaded = performance.now() - begin;
  // From here on nothing is awaited.
  const sum = ones([2, 3]).add(1).sum().itemSync();
  const [firstOp, cpu] = [performance.now() - begin, cpuTime() - cpuBegin];
  return { firstOp, cpu, loaded, backend: backendInForce().name, sum };
};

/** Losses of three compiled steps of gradient descent. */
export const descend = async (): Promise<number[]> => {
  const { compile, grad, ones } = await import("@agon/tensor");
  const loss = (at: Tensor): Tensor => at.square().sum();
  const step = compile((at: Tensor) => at.sub(grad(loss)(at).mul(0.25)));
  let x = ones([4]);
  return [1, 2, 3].map(() => {
    x = step(x);
    return loss(x).itemSync();
  });
};

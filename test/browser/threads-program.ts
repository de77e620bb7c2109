// What a page, a worker and Node compute on several threads: a few compiled steps, and the bits that came out.
import { compile, setThreads, type Tensor, tensor, threads, Variable } from "@agon/tensor";

export interface Computed {
  readonly threads: number;
  /** How many ran the steps. */
  readonly shared: number;
  /** Why there are not as many as asked for. */
  readonly error: string | null;
  /** A checksum of all bits. */
  readonly bits: number;
}

const SIDE = 192;

/** Fowler–Noll–Vo, over words. */
const checksum = (words: Int32Array): number => {
  let sum = 0x811c9dc5;
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  return sum >>> 0;
};

export const computeOn = async (count: number): Promise<Computed> => {
  const error = await setThreads(count).then(
    () => null,
    (reason: Error) => `${reason.name}: ${reason.message}`,
  );
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 37) % 101) / 400 - 0.125);
  const weights = new Variable(tensor(values, { shape: [SIDE, SIDE] }));
  const step = compile((x: Tensor) => {
    const next = x.matmul(weights.value).tanh();
    weights.assign(weights.value.sub(next.mul(0.01)));
    return next.sum(1);
  });
  const input = tensor(
    values.map((value) => value * 2),
    { shape: [SIDE, SIDE] },
  );
  let sums: Tensor = step(input);
  for (let i = 0; i < 20; i++) sums = step(input);
  const all = Float32Array.from([...weights.toHost(), ...sums.dataSync()]);
  return {
    threads: threads(),
    shared: step.plan(input).threads,
    error,
    bits: checksum(new Int32Array(all.buffer)),
  };
};

// How much to explore, and choosing among action values.
import { exp } from "@agon/math";
import type { Random } from "@agon/random";
import { NonFiniteError } from "@agon/tensor";

/** A number that depends on the step. */
export type Schedule = (step: number) => number;

/** From `start` to `end` in a straight line over `steps`, then constant. */
export const linear =
  (start: number, end: number, steps: number): Schedule =>
  (step) =>
    step >= steps ? end : start + ((end - start) * step) / steps;

/** Index of the largest value, the first of equals. Throws where one is NaN or infinite: what it says of the best is worth nothing. */
export const argmax = (values: ArrayLike<number>, start = 0, count: number = values.length): number => {
  let best = 0;
  let sum = values[start];
  for (let i = 1; i < count; i++) {
    sum += values[start + i];
    if (values[start + i] > values[start + best]) best = i;
  }
  if (!Number.isFinite(sum)) refuseNonFinite(values, start, count);
  return best;
};

const refuseNonFinite = (values: ArrayLike<number>, start: number, count: number): void => {
  for (let i = 0; i < count; i++) {
    const value = values[start + i];
    if (!Number.isFinite(value))
      throw new NonFiniteError(`the value of action ${i} is ${value}; no action can be chosen.`, "argmax");
  }
};

/** As argmax, but one of the equals at random: an untrained table has no favourite. */
export const argmaxRandomTies = (values: ArrayLike<number>, start: number, count: number, random: Random): number => {
  const best = values[start + argmax(values, start, count)];
  let ties = 0;
  for (let i = 0; i < count; i++) if (values[start + i] === best) ties++;
  let pick = ties === 1 ? 0 : random.integer(ties);
  for (let i = 0; i < count; i++) if (values[start + i] === best && pick-- === 0) return i;
  return 0;
};

/** Draws an index with probability softmax(logits). */
export const sampleSoftmax = (logits: ArrayLike<number>, start: number, count: number, random: Random): number => {
  const largest = logits[start + argmax(logits, start, count)];
  let total = 0;
  for (let i = 0; i < count; i++) total += exp(logits[start + i] - largest);
  let rest = random.uniform() * total;
  for (let i = 0; i < count - 1; i++) {
    rest -= exp(logits[start + i] - largest);
    if (rest < 0) return i;
  }
  return count - 1;
};

/** softmax(logits) as plain numbers. */
export const softmax = (logits: ArrayLike<number>): Float32Array => {
  const largest = logits[argmax(logits)];
  const out = Float32Array.from(logits, (x) => exp(x - largest));
  const total = out.reduce((sum, x) => sum + x, 0);
  return out.map((x) => x / total);
};

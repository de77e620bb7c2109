// Loops of a plan that differ in nothing but where their values lie: from some number on they share a function.
import { get } from "./emitter.ts";
import type { LoopBody, Place } from "./loop.ts";
import type { LoopItem } from "./schedule.ts";

/** So many loops that do the same share a function: one that is told where its values lie is slower, and many take long to compile. */
export const SHARED_FROM = 8;

/** Where a loop reads and writes, in the order of parameters. */
export const placesOf = ({ inputs, stores, sums }: LoopBody): Place[] => [...inputs, ...stores, ...sums];

/** What a loop does, apart from where. */
export const keyOf = ({ size, columns }: LoopItem, { inputs, steps, stores, sums }: LoopBody): string => {
  const values = [stores, sums].map((places) => places.map(({ value }) => value));
  return JSON.stringify([size, columns, inputs.map(({ access }) => access), steps, ...values]);
};

export const countAlike = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

/** The loop with its places as parameters. */
export const withPointers = (body: LoopBody): LoopBody => {
  let next = 0;
  const placed = <T extends Place>(place: T): T => ({ ...place, pointer: get(next++), offset: 0 });
  return { ...body, inputs: body.inputs.map(placed), stores: body.stores.map(placed), sums: body.sums.map(placed) };
};

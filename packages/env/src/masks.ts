// Sampling among the values that a mask allows, as Gymnasium does it.
import type { Random } from "@agon/random";
import type { AnySpace, DictSpace, Mask, SpaceData, TupleSpace } from "./spaces.ts";

/** Space.sample() as in Gymnasium, without a stream, would need chance from nowhere. */
export function needStream(random: Random, space: unknown): void {
  if (random !== undefined) return;
  throw new TypeError(
    `sample: ${space} needs a stream to draw from: sample(createRandom(seed)), or seededSampler(space, seed)().`,
  );
}

/** The place of one of the flags that are set, each equally likely; 0, and no draw, where none is. */
export function drawFlag(random: Random, flags: ArrayLike<number>, space: unknown, count: number): number {
  if (flags?.length !== count)
    throw new RangeError(`sample: the mask has ${flags?.length} flags for ${count} values (${space}).`);
  const allowed: number[] = [];
  for (let i = 0; i < count; i++) if (flags[i] !== 0) allowed.push(i);
  return allowed.length === 0 ? 0 : allowed[random.integer(allowed.length)];
}

/** A value of any space, under a mask if there is one. */
export function sampleMasked(space: AnySpace, random: Random, mask: Mask): SpaceData {
  if (mask === undefined || mask === null) return space.sample(random);
  if (space.kind === "box") throw new TypeError(`sample: ${space} takes no mask; leave it undefined.`);
  return (space.sample as (random: Random, mask: Mask) => SpaceData).call(space, random, mask);
}

export function checkTupleMasks(space: TupleSpace, masks: readonly Mask[] | undefined): void {
  if (masks && masks.length !== space.spaces.length)
    throw new RangeError(`sample: ${masks.length} masks for the ${space.spaces.length} parts of ${space}.`);
}

export function checkDictMasks(space: DictSpace, masks: { readonly [name: string]: Mask } | undefined): void {
  const unknown = Object.keys(masks ?? {}).find((name) => !Object.hasOwn(space.spaces, name));
  if (unknown !== undefined) throw new RangeError(`sample: a mask for "${unknown}", which ${space} does not have.`);
}

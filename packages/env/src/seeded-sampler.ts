// Sampling as Gymnasium does after `space.seed(seed)`.
import { numpyGenerator } from "@agon/random";
import { checkDictMasks, checkTupleMasks, sampleMasked } from "./masks.ts";
import type { AnySpace, Mask, SpaceData } from "./spaces.ts";

/** NumPy's np.iinfo(np.int32).max, the end of the seeds of a composite's parts. */
const SEED_END = 2147483647;

/**
 * A function that draws value after value, the very ones that Gymnasium's `space.sample()` gives after `space.seed(seed)`; it
 * takes a mask as `sample` does. The parts of a tuple or dict have streams of their own, seeded from the whole's: `seededSampler(space, 0)()`.
 */
export function seededSampler<Space extends AnySpace>(
  space: Space,
  seed: number,
): (mask?: Parameters<Space["sample"]>[1]) => ReturnType<Space["sample"]> {
  return sampler(space, seed) as (mask?: Mask) => ReturnType<Space["sample"]>;
}

function sampler(space: AnySpace, seed: number): (mask?: Mask) => SpaceData {
  const stream = numpyGenerator(seed);
  const part = (of: AnySpace) => sampler(of, stream.integer(SEED_END));
  if (space.kind === "tuple") {
    const parts = space.spaces.map(part);
    return (mask) => {
      const masks = mask as readonly Mask[] | undefined;
      checkTupleMasks(space, masks);
      return parts.map((draw, i) => draw(masks?.[i]));
    };
  }
  if (space.kind === "dict") {
    const parts = Object.entries(space.spaces).map(([name, of]) => [name, part(of)] as const);
    return (mask) => {
      const masks = mask as { readonly [name: string]: Mask } | undefined;
      checkDictMasks(space, masks);
      return Object.fromEntries(parts.map(([name, draw]) => [name, draw(masks?.[name])]));
    };
  }
  return (mask) => sampleMasked(space, stream, mask);
}

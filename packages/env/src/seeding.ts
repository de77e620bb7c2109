// How environments turn seeds into streams.
import { numpyGenerator, type Random } from "@agon/random";
import { show } from "./show.ts";

/** The stream that Gymnasium's `reset(seed=seed)` gives an environment: NumPy's PCG64 from SeedSequence(seed). */
export function seededStream(seed: number): Random {
  checkSeed(seed);
  return numpyGenerator(seed);
}

/** Before anything is added to a seed, too: a string would be joined. */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`reset: a seed is a whole number from 0 to 2⁵³ − 1; got ${show(seed)}.`);
  }
}

/** The seed of an environment that was never given one. Fixed, so that runs can be repeated. */
export const defaultSeed = 0;

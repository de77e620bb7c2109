// How environments turn seeds into streams.
import { numpyGenerator, type Random } from "@agon/random";

/** The stream that Gymnasium's `reset(seed=seed)` gives an environment: NumPy's PCG64 from SeedSequence(seed). */
export function seededStream(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`reset: a seed is a whole number from 0 to 2⁵³ − 1; got ${seed}.`);
  }
  return numpyGenerator(seed);
}

/** The seed of an environment that was never given one. Fixed, so that runs can be repeated. */
export const defaultSeed = 0;

// @agon/random: seeded streams, the only source of chance.
export { NumpyGenerator, numpyGenerator } from "./numpy.ts";
export { createRandom, Philox, philox4x32 } from "./philox.ts";
export type { Random, RandomState } from "./random.ts";
export { type Entropy, SeedSequence } from "./seed-sequence.ts";

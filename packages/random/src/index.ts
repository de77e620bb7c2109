// @agon/random: seeded streams, the only source of chance.
export { type ChoiceOptions, type IntegerArrays, type IntegerType, NumpyGenerator, numpyGenerator } from "./numpy.ts";
export { createRandom, Philox, philox4x32 } from "./philox.ts";
export type { Random, RandomState } from "./random.ts";
export { type Entropy, SeedSequence } from "./seed-sequence.ts";
export type { Swappable } from "./subsets.ts";

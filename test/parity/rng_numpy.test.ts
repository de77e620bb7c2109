// NumPy's seed sequences, raw words, doubles and bounded integers, bit for bit. Its other methods have no counterpart in @agon/random yet.
import { NumpyGenerator, numpyGenerator, SeedSequence } from "@agon/random";
import { expect, test } from "vitest";
import { expectExact, type FixtureCase, loadFixture } from "./fixtures.ts";

const join64 = (words: Uint32Array): bigint[] =>
  Array.from({ length: words.length / 2 }, (_, i) => (BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i]));

const times = <T>(count: number, f: () => T): T[] => Array.from({ length: count }, f);

const checks: Readonly<Record<string, (fixture: FixtureCase) => void>> = {
  seed_sequence({ params, outputs }) {
    const sequence = new SeedSequence(BigInt(params.seed as string));
    const generator = new NumpyGenerator(sequence);
    expectExact([...sequence.generateState(8)], outputs.generate_state_uint32_8);
    expectExact(join64(sequence.generateState(8)), outputs.generate_state_uint64_4);
    expectExact(
      times(20, () => generator.next64()),
      outputs.random_raw,
    );
    const [first, second] = sequence.spawn(2);
    expectExact([...first.generateState(4)], outputs.spawn0_state);
    expectExact([...second.generateState(4)], outputs.spawn1_state);
  },
  seed_sequence_list({ params, outputs }) {
    const entropy = (params.entropy as string[]).map(BigInt);
    expectExact([...new SeedSequence(entropy).generateState(8)], outputs.generate_state_uint32_8);
    const generator = numpyGenerator(entropy);
    expectExact(
      times(5, () => generator.random()),
      outputs.random,
    );
  },
  floats({ params, outputs }) {
    const fresh = (): NumpyGenerator => numpyGenerator(BigInt(params.seed as string));
    let generator = fresh();
    expectExact(
      times(20, () => generator.random()),
      outputs.random,
    );
    generator = fresh();
    expectExact(
      times(20, () => generator.uniform(-0.05, 0.05)),
      outputs.uniform_pm005,
    );
    generator = fresh();
    const [low, high] = params.uniform as [number, number];
    expectExact(
      times(20, () => generator.uniform(low, high)),
      outputs.uniform,
    );
  },
  integers({ params, outputs }) {
    const [low, high] = [Number(params.low), Number(params.high)];
    const generator = numpyGenerator(BigInt(params.seed as string));
    expectExact(
      times(20, () => BigInt(generator.integer(low, high))),
      outputs.scalars,
    );
  },
};

const { cases } = loadFixture("rng_numpy");
const isSafe = (text: unknown): boolean => text === undefined || Number.isSafeInteger(Number(text));
const known = cases.filter(
  ({ op, params }) =>
    Object.hasOwn(checks, op) &&
    isSafe(params.low) &&
    isSafe(params.high) &&
    Number.isSafeInteger(Number(params.high ?? 0) - Number(params.low ?? 0)) &&
    [undefined, "int64"].includes(params.dtype as string | undefined),
);

test("every kind of case here is in the file", () => {
  expect(new Set(known.map(({ op }) => op))).toEqual(new Set(Object.keys(checks)));
});

test.each(known.map((each) => [each.name, each] as const))("%s", (_name, each) => checks[each.op](each));

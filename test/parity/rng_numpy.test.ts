// NumPy's seed sequences and its Generator's methods, bit for bit.
import { type IntegerType, NumpyGenerator, numpyGenerator, SeedSequence } from "@agon/random";
import { expect } from "vitest";
import { describeFixture, expectClose, expectOutputs, type FixtureCase, type Result } from "./fixtures.ts";

const exact = { rtol: 0, atol: 0 };

/** Compares every output of a case with what its own fresh generator gives. */
const expectFromFresh = (
  fixture: FixtureCase,
  methods: Readonly<Record<string, (generator: NumpyGenerator) => Result>>,
): void => {
  const fresh = () => numpyGenerator(BigInt(fixture.params.seed as string));
  expectOutputs(
    fixture,
    Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, method(fresh())])),
    exact,
  );
};

const times = <T>(count: number, f: () => T): T[] => Array.from({ length: count }, f);

/** Two 32-bit words per 64-bit one, low first. */
const join64 = (words: Uint32Array): bigint[] =>
  Array.from({ length: words.length / 2 }, (_, i) => joined([words[2 * i], words[2 * i + 1]]));

/** One number of 32-bit words, low first. */
const joined = (words: readonly (number | string)[]): bigint =>
  words.reduceRight<bigint>((value, word) => (value << 32n) | BigInt(word), 0n);

const seedSequence = (fixture: FixtureCase): void => {
  const sequence = new SeedSequence(BigInt(fixture.params.seed as string));
  const generator = new NumpyGenerator(sequence);
  const { words } = generator.state();
  const [first, second] = sequence.spawn(2);
  expectOutputs(
    fixture,
    {
      generate_state_uint32_8: sequence.generateState(8),
      generate_state_uint64_4: join64(sequence.generateState(8)),
      pcg64_state: [joined(words.slice(0, 4))],
      pcg64_inc: [joined(words.slice(4, 8))],
      random_raw: times(20, () => generator.next64()),
      spawn0_state: first.generateState(4),
      spawn1_state: second.generateState(4),
    },
    exact,
  );
};

const seedSequenceList = (fixture: FixtureCase): void => {
  const entropy = (fixture.params.entropy as string[]).map(BigInt);
  const generator = numpyGenerator(entropy);
  expectOutputs(
    fixture,
    {
      generate_state_uint32_8: new SeedSequence(entropy).generateState(8),
      random: times(5, () => generator.random()),
    },
    exact,
  );
};

const floats = (fixture: FixtureCase): void => {
  const { normal, exponential_scale, uniform, uniform_vec_low, uniform_vec_high } = fixture.params as {
    normal: [number, number];
    exponential_scale: number;
    uniform: [number, number];
    uniform_vec_low: number[];
    uniform_vec_high: number[];
  };
  expectFromFresh(fixture, {
    random: (generator) => times(20, () => generator.random()),
    random_float32: (generator) => times(20, () => generator.random32()),
    standard_normal: (generator) => times(20, () => generator.normal()),
    standard_exponential: (generator) => times(20, () => generator.exponential()),
    normal_loc_scale: (generator) => times(20, () => generator.normal(...normal)),
    exponential_scale: (generator) => times(20, () => generator.exponential(exponential_scale)),
    uniform_pm005: (generator) => times(20, () => generator.uniform(-0.05, 0.05)),
    uniform: (generator) => times(20, () => generator.uniform(...uniform)),
    uniform_vec: (generator) => uniform_vec_low.map((low, i) => generator.uniform(low, uniform_vec_high[i])),
  });
};

const integers = (fixture: FixtureCase): void => {
  const [low, high] = [BigInt(fixture.params.low as string), BigInt(fixture.params.high as string)];
  expect(fixture.params.dtype).toMatch(/^u?int64$/);
  const draw = (generator: NumpyGenerator) => times(20, () => generator.bigInteger(low, high));
  expectFromFresh(fixture, { array: draw, scalars: draw });
  if (![low, high, high - low].every((bound) => Number.isSafeInteger(Number(bound)))) return;
  const numbers = (generator: NumpyGenerator) => times(20, () => generator.integer(Number(low), Number(high)));
  expectFromFresh(fixture, { array: numbers, scalars: numbers });
};

/** Outputs named `type:low:high`, or `type:low:last:endpoint`. */
const integersOfTypes = (fixture: FixtureCase): void => {
  const method = (key: string) => (generator: NumpyGenerator) => {
    const [type, low, high, endpoint] = key.split(":");
    const end = Number(high) + (endpoint === "endpoint" ? 1 : 0);
    if (type === "int64") return times(20, () => generator.integer(Number(low), end));
    return generator.integers(Number(low), end, 20, type as IntegerType);
  };
  expectFromFresh(fixture, Object.fromEntries(Object.keys(fixture.outputs).map((key) => [key, method(key)])));
};

const permutationAndChoice = (fixture: FixtureCase): void => {
  const { n, p: probabilities } = fixture.params as { n: number; p: number[] };
  const letters = [0, 11, 22, 33, 44, 55, 66];
  expectFromFresh(fixture, {
    permutation: (generator) => generator.permutation(n),
    permutation_7_letters_idx: (generator) => Array.from(generator.permutation(7), (i) => letters[i]),
    shuffle: (generator) => {
      const list = Array.from({ length: n }, (_, i) => i);
      generator.shuffle(list);
      return list;
    },
    permutation_2d_rows: (generator) => Array.from(generator.permutation(6)).flatMap((row) => [2 * row, 2 * row + 1]),
    choice_scalars: (generator) => times(20, () => generator.choice(n)[0]),
    choice_replace: (generator) => generator.choice(n, { count: 20 }),
    choice_no_replace_5: (generator) => generator.choice(n, { count: 5, replace: false }),
    choice_no_replace_all: (generator) => generator.choice(n, { count: n, replace: false }),
    choice_no_replace_3_of_1000: (generator) => generator.choice(1000, { count: 3, replace: false }),
    choice_no_replace_60_of_20000: (generator) => generator.choice(20000, { count: 60, replace: false }),
    choice_p: (generator) => generator.choice(4, { count: 20, probabilities }),
    choice_p_scalars: (generator) => times(20, () => generator.choice(4, { probabilities })[0]),
    choice_p_no_replace: (generator) => generator.choice(4, { count: 3, replace: false, probabilities }),
  });
};

const calls: Readonly<Record<string, (generator: NumpyGenerator) => string>> = {
  random: (generator) => String(generator.random()),
  standard_normal: (generator) => String(generator.normal()),
  "uniform(-1,1)": (generator) => String(generator.uniform(-1, 1)),
  "integers(0,10)": (generator) => String(generator.integer(10)),
  "integers(0,2**40)": (generator) => String(generator.integer(2 ** 40)),
  "permutation(5)": (generator) => generator.permutation(5).join(" "),
};

/** One generator, call after call: halves of 32-bit draws wait over calls that take 64 bits. */
const mixed = ({ params, outputs }: FixtureCase): void => {
  expect(Object.keys(outputs)).toEqual([]);
  const generator = numpyGenerator(BigInt(params.seed as string));
  (params.calls as [string, string][]).forEach(([call, wanted], i) => {
    if (!Object.hasOwn(calls, call))
      throw new Error(`mixed: no method for "${call}"; have ${Object.keys(calls).join(", ")}.`);
    // Python writes numbers of more than sixteen digits before the point, or below 1e-4, in other ways: compare what is read back.
    const numbers = (text: string) => text.split(" ").map(Number);
    expect(numbers(calls[call](generator)), `call ${i}, ${call}`).toEqual(numbers(wanted));
  });
};

const otherDistributions = (fixture: FixtureCase): void => {
  const { standard_normal_1000_sum: sum, ...outputs } = fixture.outputs;
  const normals = (generator: NumpyGenerator) => times(1000, () => generator.normal());
  expectFromFresh(
    { ...fixture, outputs },
    {
      standard_normal_last5_of_1000: (generator) => normals(generator).slice(-5),
      "standard_gamma_2.5": (generator) => times(10, () => generator.gamma(2.5)),
      poisson_3: (generator) => times(10, () => generator.poisson(3)),
      "binomial_10_0.3": (generator) => times(10, () => generator.binomial(10, 0.3)),
      "geometric_0.25": (generator) => times(10, () => generator.geometric(0.25)),
    },
  );
  // NumPy adds in another order.
  const total = normals(numpyGenerator(BigInt(fixture.params.seed as string))).reduce((a, b) => a + b);
  expectClose(total, sum, { rtol: 1e-12, atol: 0, what: "sum" });
};

describeFixture("rng_numpy", {
  seed_sequence: seedSequence,
  seed_sequence_list: seedSequenceList,
  floats,
  integers,
  integers_dtypes: integersOfTypes,
  permutation_choice: permutationAndChoice,
  mixed,
  other_distributions: otherDistributions,
});

// NumPy's distributions over long runs, where test/parity has short ones: tails, rejections and large selections occur here.
import { createHash } from "node:crypto";
import { exp } from "@agon/math";
import { describe, expect, it, test } from "vitest";
import { type NumpyGenerator, numpyGenerator } from "./index.ts";
import { logGamma } from "./gamma.ts";
import {
  EXPONENTIAL_R,
  exponentialDensities,
  exponentialWidths,
  NORMAL_R,
  normalDensities,
  normalWidths,
} from "./ziggurat-constants.ts";

/** Of the float64 bytes, as in Python: sha256(np.asarray(values).astype("<f8").tobytes()).hexdigest()[:16]. */
const hash = (values: ArrayLike<number>): string =>
  createHash("sha256")
    .update(new Uint8Array(Float64Array.from(values).buffer))
    .digest("hex")
    .slice(0, 16);

const N = 100_000;
const many =
  (draw: (generator: NumpyGenerator) => number, count = N) =>
  (generator: NumpyGenerator) =>
    Array.from({ length: count }, () => draw(generator));

describe("after the seed 2026, hashes of what NumPy 2.4.6 draws", () => {
  const probabilities = [0.1, 0.2, 0.3, 0.4];
  test.each<[string, string, (generator: NumpyGenerator) => ArrayLike<number>]>([
    ["normal", "5bdbff2cc56f9f06", many((generator) => generator.normal())],
    ["exponential", "c5c1532f0d25e4c9", many((generator) => generator.exponential())],
    ["normal32", "2604059e3a831c89", many((generator) => generator.normal32(), N / 10)],
    ["exponential32", "8ac9f669402b65f7", many((generator) => generator.exponential32(), N / 10)],
    ["gamma(2.5)", "052927d6dfa2f19b", many((generator) => generator.gamma(2.5))],
    ["poisson(20)", "053f28390832a41d", many((generator) => generator.poisson(20))],
    ["binomial(200, 0.4)", "b45f366d74387ca8", many((generator) => generator.binomial(200, 0.4))],
    ["geometric(0.05)", "e7cd1c68c330e001", many((generator) => generator.geometric(0.05))],
    ["permutation", "f6fc4902b0b5bcce", (generator) => generator.permutation(N)],
    ["500 of 20000", "561090f8267420fe", (generator) => generator.choice(20_000, { count: 500, replace: false })],
    [
      "3 of 4 by probability",
      "7202cf9cf3834cc5",
      (generator) => generator.choice(4, { count: 3, replace: false, probabilities }),
    ],
    ["integers of int16", "79ca437e2c785717", (generator) => generator.integers(-300, 300, N, "int16")],
  ])("%s", (_name, wanted, draw) => {
    expect(hash(draw(numpyGenerator(2026)))).toBe(wanted);
  });
});

describe("ziggurat constants", () => {
  const tables: [string, readonly number[], readonly number[], number, (x: number) => number, number][] = [
    ["normal", normalWidths, normalDensities, NORMAL_R, (x) => exp(-0.5 * x * x), 2 ** 52],
    ["exponential", exponentialWidths, exponentialDensities, EXPONENTIAL_R, (x) => exp(-x), 2 ** 53],
  ];
  it.each(tables)("the %s layers have equal areas under the density", (_name, widths, densities, r, density, scale) => {
    const x = widths.map((width) => width * scale);
    const area = x[0] * densities[255];
    expect(x[255]).toBeCloseTo(r, 14);
    for (let i = 1; i < 256; i++) {
      expect(Math.abs(densities[i] / density(x[i]) - 1)).toBeLessThan(1e-13);
      expect(Math.abs((x[i] * (densities[i - 1] - densities[i])) / area - 1)).toBeLessThan(2e-12);
    }
  });
});

test("logGamma is the logarithm of factorials and of Γ(½) = √π", () => {
  let logFactorial = 0;
  for (let n = 1; n < 30; n++) {
    expect(logGamma(n)).toBeCloseTo(logFactorial, 11);
    logFactorial += Math.log(n);
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
});

describe("small gamma shapes", () => {
  it("have the mean and variance of the distribution", () => {
    const generator = numpyGenerator(0);
    const values = many(() => generator.gamma(0.3, 2))(generator);
    const mean = values.reduce((sum, x) => sum + x, 0) / N;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / N;
    // Mean shape·scale, variance shape·scale², fourth central moment 3·shape·(shape + 2)·scale⁴; bounds of five standard errors.
    expect(Math.abs(mean - 0.6)).toBeLessThan(5 * Math.sqrt(1.2 / N));
    expect(Math.abs(variance - 1.2)).toBeLessThan(5 * Math.sqrt((3 * 0.3 * 2.3 * 16 - 1.2 ** 2) / N));
  });
});

test("a single possible value costs no draw", () => {
  const [a, b] = [numpyGenerator(1), numpyGenerator(1)];
  expect([a.integer(3, 4), a.bigInteger(3n, 4n), ...a.integers(3, 4, 5, "int8")]).toEqual([3, 3n, 3, 3, 3, 3, 3]);
  expect(a.next64()).toBe(b.next64());
});

test("the whole range of 64 bits is the raw draw", () => {
  expect(numpyGenerator(1).bigInteger(0n, 1n << 64n)).toBe(numpyGenerator(1).next64());
});

test("impossible requests say what is wrong", () => {
  const generator = numpyGenerator(0);
  expect(() => generator.integers(0, 300, 5, "uint8")).toThrow("all of uint8: from 0 to 255");
  expect(() => generator.integers(0, 2, -1, "bool")).toThrow("integers: got -1");
  expect(() => generator.bigInteger(0n, 0n)).toThrow("must hold");
  expect(() => generator.gamma(-1)).toThrow("gamma: shape and scale are -1 and 1");
  expect(() => generator.poisson(Number.NaN)).toThrow("poisson: the mean is NaN");
  expect(() => generator.binomial(1.5, 0.5)).toThrow("binomial: 1.5 trials");
  expect(() => generator.binomial(1, 2)).toThrow("binomial: the probability is 2");
  expect(() => generator.geometric(0)).toThrow("geometric: the probability is 0");
  expect(() => generator.permutation(0.5)).toThrow("permutation: got 0.5");
  expect(() => generator.choice(3, { count: 4, replace: false })).toThrow("choice: 4 of 3 numbers");
  expect(() => generator.choice(2, { probabilities: [1] })).toThrow("choice: 1 probabilities for 2 numbers");
  expect(() => generator.choice(2, { probabilities: [0.5, 0.6] })).toThrow("must sum to 1");
  expect(() => generator.choice(0)).toThrow("choice: 1 of 0 numbers");
  const probabilities = [1, 0];
  expect(() => generator.choice(2, { count: 2, replace: false, probabilities })).toThrow("choice: 2 of 1 numbers");
});

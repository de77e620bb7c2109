// Initial weights have the variance, shape and stream that they promise.
import { createRandom } from "@agon/random";
import { tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  heNormal,
  heUniform,
  initialise,
  LayerNorm,
  lecunNormal,
  lecunUniform,
  Linear,
  LSTM,
  orthogonal,
  Sequential,
  withRandom,
  xavierNormal,
  xavierUniform,
} from "./index.ts";

// [outputs 60, inputs 40, kernel 5]: fanIn 200, fanOut 300.
const shape = [60, 40, 5];
const rules = [
  ["xavierUniform", xavierUniform, 2 / 500, "uniform"],
  ["xavierNormal", xavierNormal, 2 / 500, "normal"],
  ["heUniform", heUniform, 2 / 200, "uniform"],
  ["heNormal", heNormal, 2 / 200, "normal"],
  ["lecunUniform", lecunUniform, 1 / 200, "uniform"],
  ["lecunNormal", lecunNormal, 1 / 200, "normal"],
] as const;

describe.each(rules)("%s", (_, rule, variance, kind) => {
  const values = rule(shape, { random: createRandom(1) });
  const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
  it("has mean 0 and its variance, within 5 standard errors", () => {
    const n = values.length;
    const fourth = kind === "normal" ? 3 : 9 / 5; // E x⁴/variance²
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(moment(2) / variance - 1)).toBeLessThan(5 * Math.sqrt((fourth - 1) / n));
  });
  it(`is ${kind}`, () => {
    const largest = Math.max(...values.map(Math.abs)) / Math.sqrt(variance);
    if (kind === "uniform") expect(largest).toBeLessThanOrEqual(Math.sqrt(3) * (1 + 1e-6));
    else expect(largest).toBeGreaterThan(3);
  });
  it("scales with its gain and draws from the stream it is given", () => {
    const twice = rule(shape, { random: createRandom(1), gain: 2 });
    const once = rule(shape, { random: createRandom(1), gain: 1 });
    expect(twice.every((value, i) => Math.abs(value - 2 * once[i]) <= 1e-6)).toBe(true);
    expect(() => rule([3])).toThrow("shape is [3]; expected [outputs, inputs, …kernel].");
  });
});

it("orthogonal has orthonormal rows, or columns if there are fewer", () => {
  for (const [rows, columns] of [
    [3, 5],
    [5, 3],
  ]) {
    const q = tensor(orthogonal([rows, columns], { random: createRandom(1) }), { shape: [rows, columns] });
    const product = rows <= columns ? q.multiply(q, { transposeB: true }) : q.multiply(q, { transposeA: true });
    const n = Math.min(rows, columns);
    product.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(i % (n + 1) === 0 ? 1 : 0, 5);
    });
  }
});

it("initialise draws matrices anew, zeroes biases and leaves the factors of norms", () => {
  const build = (): Sequential =>
    withRandom(createRandom(2), () => {
      const model = new Sequential(new Linear(4, 3), new LayerNorm(3), new Linear(3, 2));
      initialise(model, heNormal);
      return model;
    });
  const state = build().stateDict();
  expect(state).toEqual(build().stateDict());
  expect([...state["0.bias"], ...state["1.bias"]]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...state["1.weight"]]).toEqual([1, 1, 1]);
  const network = new LSTM(2, 2);
  initialise(network, orthogonal);
  expect([...network.stateDict().bias_hh_l0]).toEqual(new Array(8).fill(0));
});

// The golden data's own checks: what they must not let pass.
import { describe, expect, test } from "vitest";
import { checkCase, expectClose, expectOutputs, type FixtureCase, type FixtureTensor } from "./fixtures.ts";

const numbers = (data: number[], dtype: FixtureTensor["dtype"] = "float64"): FixtureTensor => ({
  dtype,
  shape: [data.length],
  data: Float64Array.from(data),
});

const sum: FixtureCase = {
  name: "sum/two",
  op: "sum",
  params: {},
  inputs: {},
  weights: {},
  cotangents: {},
  outputs: { out: numbers([3]) },
  grads: {},
  plainInputs: {},
  plainOutputs: {},
};

test("a case whose op has no adapter fails, named", async () => {
  await expect(checkCase("ops", { ...sum, op: "toString" }, { sum: () => {} })).rejects.toThrow(
    'ops: no adapter for op "toString" (case "sum/two"); have sum.',
  );
});

test("outputs without a result and results without an output fail", () => {
  expect(() => expectOutputs(sum, {})).toThrow('sum/two: output "out" has no result.');
  expect(() => expectOutputs(sum, { out: 3, other: 1 })).toThrow('output "other" is not in the golden data.');
  expectOutputs(sum, { out: 3 });
});

describe("numbers", () => {
  test("fail just beyond the tolerance, and say where", () => {
    const want = numbers([1, 2]);
    expectClose([1, 2 + 1e-9], want);
    expect(() => expectClose([1, 2 + 1e-8], want)).toThrow("1 of 2 elements differ");
    expect(() => expectClose([1, 2 + 1e-8], want)).toThrow("[1] got 2.00000001, expected 2");
  });
  test("fail where lengths, shapes, NaN or infinities differ", () => {
    expect(() => expectClose([1], numbers([1, 2]))).toThrow("1 elements, expected 2");
    expect(() => expectClose({ shape: [1, 2], data: [1, 2] }, numbers([1, 2]))).toThrow("shape [1, 2], expected [2]");
    expectClose([Number.NaN, Infinity], numbers([Number.NaN, Infinity]));
    expect(() => expectClose([Number.NaN], numbers([1]))).toThrow("1 of 1");
    expect(() => expectClose([Infinity], numbers([-Infinity]), { rtol: 1 })).toThrow("1 of 1");
  });
  test("beyond 2⁵³ are compared as integers", () => {
    const want: FixtureTensor = { ...numbers([2 ** 53], "int64str"), integers: [2n ** 53n + 1n] };
    expectClose([2n ** 53n + 1n], want);
    expect(() => expectClose([2n ** 53n], want)).toThrow("expected 9007199254740993");
  });
});

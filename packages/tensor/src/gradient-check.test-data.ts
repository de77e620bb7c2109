// Checking gradients against central differences in float64, and whole functions against themselves on other backends.
import { describe, expect, it } from "vitest";
import { grad } from "./autodiff.ts";
import { compile } from "./compile.ts";
import { tensor } from "./create.ts";
import { type SampleInput, sampleValues } from "./ops/samples.test-data.ts";
import type { Tensor } from "./tensor.ts";

/** Fixed weights, so that every output element counts differently. */
export const weightsLike = (x: Tensor, salt: number): Tensor =>
  tensor(
    Float64Array.from({ length: x.size }, (_, i) => 0.3 + (((i + salt) * 31) % 17) / 17),
    { shape: x.shape },
  );

const nudged = (x: Tensor, i: number, by: number): Tensor => {
  const data = x.dataSync();
  data[i] += by;
  return tensor(data, { shape: x.shape });
};

/** Central differences of a scalar function at x, with a step of 1e−5: error of order 1e−10 for smooth functions. */
const numericGradient = (f: (x: Tensor) => Tensor, x: Tensor): number[] =>
  Array.from(
    { length: x.size },
    (_, i) => (f(nudged(x, i, 1e-5)).itemSync() - f(nudged(x, i, -1e-5)).itemSync()) / 2e-5,
  );

/** The gradient of a scalar function of a float64 tensor against central differences. */
export const expectGradient = (f: (x: Tensor) => Tensor, x: Tensor): void => {
  const exact = grad(f)(x).dataSync();
  numericGradient(f, x).forEach((wanted, i) => {
    expect(Math.abs(exact[i] - wanted), `element ${i}: ${exact[i]} against ${wanted}`).toBeLessThan(
      1e-6 * (1 + Math.abs(wanted)),
    );
  });
};

const isFloat = ({ dtype = "float32" }: SampleInput): boolean => dtype === "float32";

const made = (inputs: readonly SampleInput[], float: "float32" | "float64"): Tensor[] =>
  inputs.map((input, i) =>
    tensor(new Float64Array(sampleValues(input, i)), {
      shape: input.shape,
      dtype: isFloat(input) ? float : input.dtype,
    }),
  );

/**
 * A function of tensors: its gradients of first and second order with respect to every float input, in float64; its value in float32 on
 * the backend in force against float64; and that a compiled call gives the bits of a plain one.
 */
export const checkFunction = (
  name: string,
  inputs: readonly SampleInput[],
  f: (...inputs: Tensor[]) => Tensor,
): void => {
  describe(name, () => {
    const exact = made(inputs, "float64");
    inputs.forEach((input, at) => {
      if (!isFloat(input)) return;
      const loss = (x: Tensor): Tensor => {
        const out = f(...exact.map((other, i) => (i === at ? x : other)));
        return out.mul(weightsLike(out, at)).sum();
      };
      it(`gradient of input ${at}`, () => expectGradient(loss, exact[at]));
      it(`second gradient of input ${at}`, () =>
        expectGradient((x) => grad(loss)(x).mul(weightsLike(x, 5)).sum(), exact[at]));
    });
    it("in float32, plain and compiled", () => {
      const rounded = made(inputs, "float32");
      const want = f(...rounded.map((x) => (x.dtype === "float32" ? x.cast("float64") : x)));
      const got = f(...rounded);
      expect(got.shape).toEqual(want.shape);
      const values = got.dataSync();
      want.dataSync().forEach((value, i) => {
        expect(Math.abs(values[i] - value), `element ${i}`).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)));
      });
      expect(compile(f)(...rounded).dataSync()).toEqual(values);
    });
  });
};

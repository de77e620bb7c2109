// The derivative of every primitive against central differences in float64, first and second order.
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff.ts";
import { tensor } from "../create.ts";
import { expectGradient, weightsLike } from "../gradient-check.test-data.ts";
import { apply, type Tensor } from "../tensor.ts";
import { primitives } from "./primitives.ts";
import { type Sample, samples, sampleValues } from "./samples.test-data.ts";

const isFloatInput = (sample: Sample, i: number): boolean => (sample.inputs[i].dtype ?? "float32") === "float32";

const makeInputs = (sample: Sample): Tensor[] =>
  sample.inputs.map((input, i) =>
    tensor(new Float64Array(sampleValues(input, i)), {
      shape: input.shape,
      dtype: isFloatInput(sample, i) ? "float64" : input.dtype,
    }),
  );

describe.each(Object.keys(primitives))("%s", (op) => {
  it("has samples", () => {
    expect(samples[op]?.length, `add samples for "${op}" to samples.test-data.ts`).toBeGreaterThan(0);
  });

  const differentiable = primitives[op].gradient ? (samples[op] ?? []) : [];
  differentiable.forEach((sample, number) => {
    const { attributes = {} } = sample;
    if (attributes.dtype === "int32") return;
    const inputs = makeInputs(sample);
    inputs.forEach((input, at) => {
      if (!isFloatInput(sample, at)) return;
      const f = (x: Tensor): Tensor => {
        const out = apply(
          op,
          inputs.map((other, i) => (i === at ? x : other)),
          attributes,
        );
        return out.mul(weightsLike(out, number)).sum();
      };
      it(`sample ${number}: gradient of input ${at}`, () => expectGradient(f, input));
      it(`sample ${number}: second gradient of input ${at}`, () =>
        expectGradient((x) => grad(f)(x).mul(weightsLike(x, 5)).sum(), input));
    });
  });
});

describe("gradients at kinks and ties", () => {
  const at = (f: (x: Tensor) => Tensor, values: number[]): number[] => [
    ...grad((x: Tensor) => f(x).sum())(tensor(values)).dataSync(),
  ];

  it("relu and abs have derivative 0 at 0", () => {
    expect(at((x) => x.relu(), [0, -1, 2])).toEqual([0, 0, 1]);
    expect(at((x) => x.abs(), [0, -1, 2])).toEqual([0, -1, 1]);
  });
  it("clamp passes the gradient at its bounds", () => {
    expect(at((x) => x.clamp(-1, 1), [-1, 1, 0, 2])).toEqual([1, 1, 1, 0]);
  });
  it("max splits ties evenly", () => {
    expect(at((x) => x.max(), [1, 3, 3])).toEqual([0, 0.5, 0.5]);
  });
  it("maximum splits ties evenly", () => {
    expect(at((x) => x.maximum(1), [1, 3, 0])).toEqual([0.5, 1, 0]);
  });
});

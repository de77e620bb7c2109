// Activations against the ops that they stand for: bit for bit on wasm, where a plan may hold either.
import { beforeAll, describe, expect, it } from "vitest";
import { linspace } from "../create.ts";
import { scope } from "../scope.ts";
import { selectBackend } from "../select.ts";
import { apply, type Tensor } from "../tensor.ts";

const compositions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu: (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5),
  geluTanh: (x) => x.mul(x.add(x.mul(x.square()).mul(0.044715)).mul(0.7978845608028654).tanh().add(1)).mul(0.5),
};

describe.each(["wasm-strict", "wasm"] as const)("%s", (backend) => {
  beforeAll(async () => {
    expect(await selectBackend(backend)).toBe(backend);
  });
  it.each(Object.entries(compositions))("%s is its composition", (op, composition) => {
    const x = linspace(-12, 12, 4099);
    expect(scope(() => apply(op, [x])).dataSync()).toEqual(scope(() => composition(x)).dataSync());
  });
});

it.each(["geluSlope", "geluTanhSlope"])("%s is 0 and 1 far out", (op) => {
  const x = linspace(-3e38, 3e38, 2).concat([linspace(-50, 50, 2)]);
  const slopes = apply(op, [x]).dataSync();
  [0, 1, 0, 1].forEach((slope, i) => expect(slopes[i]).toBeCloseTo(slope, 12));
});

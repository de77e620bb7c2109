// Tensors used several times: where their gradient is taken together, it is still the sum over the uses, in every order.
import { describe, expect, it } from "vitest";
import { grad } from "./autodiff.ts";
import { compile } from "./compile.ts";
import { checkFunction } from "./gradient-check.test-data.ts";
import { tensor, zeros } from "./create.ts";
import type { Tensor } from "./tensor.ts";

/** x after so many rounds of tanh(f(x)). */
const layersOf = (x: Tensor, count: number, f: (x: Tensor) => Tensor): Tensor =>
  Array.from({ length: count }).reduce<Tensor>((h) => f(h).tanh(), x);

const stepsOf = (x: Tensor, dim: number): Tensor[] => Array.from({ length: x.shape[dim] }, (_, i) => x.select(dim, i));

describe("a matrix used at several steps", () => {
  const [x, w] = [{ shape: [2, 4] }, { shape: [4, 4] }];
  checkFunction("as it is", [x, w], (h, weight) => layersOf(h, 3, (at) => at.multiply(weight)));
  checkFunction("transposed", [x, w], (h, weight) => layersOf(h, 3, (at) => at.multiply(weight, { transposeB: true })));
  checkFunction("both ways", [x, w], (h, weight) =>
    layersOf(h, 2, (at) => at.multiply(weight, { transposeB: true }).multiply(weight)),
  );
  checkFunction("as the first factor", [{ shape: [4, 2] }, w], (h, weight) =>
    layersOf(h, 3, (at) => weight.multiply(at)),
  );
  checkFunction("with the other factor transposed", [{ shape: [4, 4] }, w], (h, weight) =>
    layersOf(h, 3, (at) => at.multiply(weight, { transposeA: true })),
  );
  checkFunction("with more rows than it has itself", [{ shape: [9, 2] }, { shape: [2, 2] }], (h, weight) =>
    layersOf(h, 2, (at) => at.multiply(weight)),
  );
  checkFunction("with steps of different length", [{ shape: [3, 4] }, w], (h, weight) =>
    h
      .narrow(0, 0, 1)
      .multiply(weight)
      .tanh()
      .concat([h.narrow(0, 1, 2).multiply(weight)])
      .square(),
  );
});

describe("a tensor cut into slices", () => {
  const x = { shape: [5, 3] };
  checkFunction("of one dim, all of it", [x], (at) => stepsOf(at, 0).reduce((sum, row) => sum.mul(row.add(1))));
  checkFunction("of one dim, with gaps", [x], (at) => at.select(0, 1).mul(at.select(0, 3)));
  checkFunction("of the last dim", [x], (at) => at.select(1, 0).mul(at.narrow(1, 2, 1).squeeze(1)));
  checkFunction("twice the same", [x], (at) => at.select(0, 2).mul(at.select(0, 2).tanh()).mul(at.select(0, 4)));
  checkFunction("that overlap", [x], (at) => at.narrow(0, 0, 3).mul(at.narrow(0, 2, 3)));
  checkFunction("of different dims", [x], (at) => at.narrow(0, 1, 3).mul(at.narrow(1, 1, 1).narrow(0, 0, 3)));
  checkFunction("with holes", [x], (at) => at.slice([0, 4, 2]).mul(at.slice([1, 4, 2])));

  it("of no length adds nothing", () => {
    const f = (at: Tensor): Tensor =>
      at
        .narrow(0, 0, 0)
        .sum()
        .add(at.narrow(0, 0, 2).sum());
    expect(grad(f)(zeros([2])).toArraySync()).toEqual([1, 1]);
  });
});

it("what a compiled function computes twice is in its plan once", () => {
  const step = compile((x: Tensor) => x.exp().add(1).mul(x.exp().add(1)));
  expect(step(tensor([0, 0])).toArraySync()).toEqual([4, 4]);
  expect(step.plan(tensor([0, 0])).rows.map(({ ops }) => ops.join(" "))).toEqual(["exp add mul"]);
});

// Row kernels against their plain compositions, bit for bit, over rows of every length and with what masks leave behind.
import { beforeAll, describe, expect, it } from "vitest";
import type { Attributes } from "../../backend.ts";
import { layerNorm } from "../../functions/normalisation.ts";
import { scope } from "../../scope.ts";
import { selectBackend } from "../../select.ts";
import { apply, fromData, type Tensor } from "../../tensor.ts";

const EPSILON = 1e-5;
const total = (x: Tensor): Tensor => x.sum(-1, { keepDim: true });
const mean = (x: Tensor): Tensor => x.mean(-1, { keepDim: true });
const largest = (x: Tensor): Tensor => x.max(-1, { keepDim: true });

const standard = (x: Tensor): { readonly r: Tensor; readonly y: Tensor } => {
  const centred = x.sub(mean(x));
  const r = mean(centred.square()).add(EPSILON).rsqrt();
  return { r, y: centred.mul(r) };
};

const compositions: Readonly<Record<string, (...inputs: Tensor[]) => Tensor>> = {
  softmax: (x) => {
    const e = x.sub(largest(x)).exp();
    return e.div(total(e));
  },
  softmaxGradient: (g, y) => y.mul(g.sub(total(g.mul(y)))),
  logSoftmax: (x) => {
    const shifted = x.sub(largest(x));
    return shifted.sub(total(shifted.exp()).log());
  },
  logSoftmaxGradient: (g, y) => g.sub(y.exp().mul(total(g))),
  standardise: (x) => standard(x).y,
  standardiseGradient: (g, x) => {
    const { r, y } = standard(x);
    return r.mul(g.sub(mean(g)).sub(y.mul(mean(g.mul(y)))));
  },
};

/** Numbers of no pattern from −8 to 8, and in some rows what masks and accidents put there. */
const values = (rows: number, columns: number, salt: number, special: boolean): Tensor => {
  const data = Float32Array.from({ length: rows * columns }, (_, i) =>
    Math.fround((((i + salt) * 7919) % 997) / 62 - 8),
  );
  if (special)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const at = r * columns + c;
        if (r % 6 === 1 && c > r) data[at] = -1e9;
        if (r % 6 === 2 && c % 2 === 1) data[at] = -Infinity;
        if (r % 6 === 3) data[at] = -Infinity;
        if (r % 6 === 4 && c === columns - 1) data[at] = Number.NaN;
        if (r % 6 === 5) data[at] = c % 3 === 0 ? -0 : 0;
      }
  return fromData(data, [rows, columns]);
};

/** The bits, all NaN alike. */
const bits = (x: Tensor): string =>
  [...x.dataSync()].map((value) => (Object.is(value, -0) ? "-0" : String(value))).join();

describe.each(["wasm-strict", "wasm"] as const)("%s", (backend) => {
  beforeAll(async () => {
    expect(await selectBackend(backend)).toBe(backend);
  });
  describe.each(Object.entries(compositions))("%s", (op, composition) => {
    const attributes: Attributes = op.startsWith("standardise") ? { epsilon: EPSILON } : {};
    it.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 130])("of rows of %i", (columns) => {
      for (const rows of [1, 2, 13])
        for (const special of [false, true]) {
          const inputs = Array.from({ length: composition.length }, (_, i) =>
            values(rows, columns, 31 * i, special && i === 0),
          );
          const [got, want] = [() => apply(op, inputs, attributes), () => composition(...inputs)].map(scope);
          expect(bits(got), `${rows} rows, ${special ? "special" : "plain"}`).toBe(bits(want));
        }
    });
    it.each([
      [0, 5],
      [3, 0],
    ])("of [%i, %i]", (rows, columns) => {
      const inputs = Array.from({ length: composition.length }, () => fromData(new Float32Array(0), [rows, columns]));
      expect(apply(op, inputs, attributes).shape).toEqual([rows, columns]);
    });
  });
  it.each([
    [1, 1],
    [5, 5],
    [9, 17],
    [33, 33],
    [7, 3],
    [64, 64],
  ])("a causal softmax of [%i, %i] is that of what each query sees", (queries, keys) => {
    for (const special of [false, true]) {
      const x = values(3 * queries, keys, 5, special).reshape([3, queries, keys]);
      const got = apply("causalSoftmax", [x]);
      for (let row = 0; row < 3 * queries; row++) {
        const seen = Math.max(0, (row % queries) + 1 + keys - queries);
        const [own, all] = [got, x].map((t) => t.reshape([3 * queries, keys]).select(0, row));
        if (seen > 0) expect(bits(own.narrow(0, 0, seen))).toBe(bits(apply("softmax", [all.narrow(0, 0, seen)])));
        expect(
          own
            .narrow(0, seen, keys - seen)
            .dataSync()
            .every((value) => Object.is(value, 0)),
        ).toBe(true);
      }
    }
  });
  it("a softmax of large scores is exact where only one counts", () => {
    const x = fromData(Float32Array.of(3e38, -3e38, 0), [1, 3]);
    expect([...x.softmax(-1).dataSync()]).toEqual([1, 0, 0]);
  });
  it("a row of one value has itself as mean", () => {
    expect([...layerNorm(fromData(Float32Array.of(7, -3), [2, 1]), 1).dataSync()]).toEqual([0, 0]);
  });
});

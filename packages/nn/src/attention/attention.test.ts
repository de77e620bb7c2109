// What attention promises beyond its values: masks, causality, caches, and compiled steps.
import { createRandom } from "@agon/random";
import { compile, grad, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  KeyValueCache,
  MultiheadAttention,
  scaledDotProductAttention,
  TransformerDecoder,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "../index.ts";

const random = createRandom(4);
const draw = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((n, length) => n * length, 1) }, () => random.normal()),
    { shape },
  );

const expectNear = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
};

const bool = (values: number[][]): Tensor => tensor(values, { dtype: "bool" });

describe("masks", () => {
  const attention = new MultiheadAttention(4, 2);
  const x = draw([2, 3, 4]);
  it("of keys are as if the padding were not there", () => {
    const { output, weights } = attention.forward(x, {
      keyMask: bool([
        [1, 1, 0],
        [1, 1, 1],
      ]),
    });
    const short = x.narrow(0, 0, 1).narrow(1, 0, 2);
    expectNear(output.narrow(0, 0, 1).narrow(1, 0, 2), attention.forward(short).output);
    expectNear(output.narrow(0, 1, 1), attention.forward(x.narrow(0, 1, 1)).output);
    expect(
      weights
        .narrow(0, 0, 1)
        .narrow(3, 2, 1)
        .dataSync()
        .every((weight) => weight === 0),
    ).toBe(true);
  });
  it("causal is the lower triangle, alone, by batch and with other masks", () => {
    const triangle = bool([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
    const causal = attention.forward(x, { causal: true }).output;
    expectNear(attention.forward(x, { mask: triangle }).output, causal);
    expectNear(attention.forward(x, { mask: triangle.unsqueeze(0).expand([2, 3, 3]) }).output, causal);
    const keyMask = bool([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expectNear(
      attention.forward(x, { causal: true, keyMask }).output,
      attention.forward(x, { mask: triangle, keyMask }).output,
    );
  });
  it("a query that may look nowhere gets zeros and finite gradients", () => {
    const [q, mask] = [
      draw([1, 2, 4]),
      bool([
        [0, 0],
        [1, 1],
      ]),
    ];
    const f = (at: Tensor): Tensor => scaledDotProductAttention(at, at, at, { mask }).output;
    expect([...f(q).dataSync().subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const slope = grad((at: Tensor) => f(at).square().sum())(q).dataSync();
    for (const value of slope) expect(Number.isFinite(value)).toBe(true);
    const early = scaledDotProductAttention(draw([1, 3, 4]), q, q, { causal: true }).weights;
    expect(early.sum(-1).toArraySync()).toEqual([[0, 1, 1]]);
  });
});

describe("a causal encoder", () => {
  const encoder = new TransformerEncoder(8, 2, { layers: 2, dropout: 0, normFirst: true, activation: "gelu" });
  const x = draw([2, 6, 8]);
  const full = encoder.forward(x, { causal: true });
  const caches = (capacity: number): KeyValueCache[] =>
    encoder.layers.map(() => new KeyValueCache({ batch: 2, heads: 2, capacity, width: 4 }));

  it("does not look ahead", () => {
    const changed = x.narrow(1, 0, 4).concat([draw([2, 2, 8])], 1);
    expectNear(encoder.forward(changed, { causal: true }).narrow(1, 0, 4), full.narrow(1, 0, 4));
  });
  it("a token at a time with a cache, also compiled, makes what the whole sequence makes", () => {
    const memory = caches(8);
    const step = compile((token: Tensor) => encoder.forward(token, { caches: memory }));
    for (const run of [1, 2]) {
      for (let t = 0; t < 6; t++) expectNear(step(x.narrow(1, t, 1)), full.narrow(1, t, 1));
      expect(
        memory.map((cache) => cache.length.value.itemSync()),
        `run ${run}`,
      ).toEqual([6, 6]);
      for (const cache of memory) cache.reset();
    }
  });
  it("several tokens at a time fill a cache too, up to its capacity and not beyond", () => {
    const memory = caches(6);
    expectNear(encoder.forward(x.narrow(1, 0, 4), { caches: memory }), full.narrow(1, 0, 4));
    expectNear(encoder.forward(x.narrow(1, 4, 2), { caches: memory }), full.narrow(1, 4, 2));
    expect(
      encoder
        .forward(x.narrow(1, 0, 1), { caches: memory })
        .dataSync()
        .every(Number.isNaN),
    ).toBe(true);
  });
});

it("a decoder of several layers looks at its memory where it may", () => {
  const decoder = new TransformerDecoder(8, 2, { layers: 2, dropout: 0 });
  const [x, memory] = [draw([1, 3, 8]), draw([1, 4, 8])];
  const memoryKeyMask = bool([[1, 1, 1, 0]]);
  expectNear(
    decoder.forward(x, memory, { causal: true, memoryKeyMask }),
    decoder.forward(x, memory.narrow(1, 0, 3), { causal: true }),
  );
});

it("a layer drops in training, differently at each replay, and not in evaluation", () => {
  const layer = new TransformerEncoderLayer(8, 2);
  const step = compile((at: Tensor) => layer.forward(at));
  const x = draw([1, 3, 8]);
  expect(step(x).toArraySync()).not.toEqual(step(x).toArraySync());
  layer.eval();
  expect(step(x).toArraySync()).toEqual(step(x).toArraySync());
});

const attention = new MultiheadAttention(4, 2);
const x = zeros([2, 3, 4]);
const errors: readonly [f: () => unknown, message: string][] = [
  [() => new MultiheadAttention(4, 3), "MultiheadAttention: width 4 does not fall into 3 heads."],
  [
    () => attention.forward(zeros([2, 3, 5])),
    "MultiheadAttention: got query [2, 3, 5], key [2, 3, 5], value [2, 3, 5]; expected [batch, time, 4].",
  ],
  [() => attention.forward(x, { key: zeros([1, 3, 4]) }), "MultiheadAttention: got query [2, 3, 4], key [1, 3, 4]"],
  [
    () => attention.forward(x, { mask: zeros([2, 2], "bool") }),
    "MultiheadAttention: mask is [2, 2]; expected [3, 3] or [2, 3, 3], queries and keys.",
  ],
  [
    () => attention.forward(x, { mask: zeros([3, 3]) }),
    "scaledDotProductAttention: the mask is float32; expected bool, true where a query may look.",
  ],
  [
    () => attention.forward(x, { keyMask: zeros([3, 2], "bool") }),
    "MultiheadAttention: keyMask is bool [3, 2]; expected bool [2, 3].",
  ],
  [
    () => scaledDotProductAttention(x, zeros([2, 3, 5]), x),
    "scaledDotProductAttention: got q [2, 3, 4], k [2, 3, 5], v [2, 3, 4]",
  ],
  [
    () =>
      attention.forward(x, {
        keyMask: zeros([2, 3], "bool"),
        cache: new KeyValueCache({ batch: 2, heads: 2, capacity: 3, width: 2 }),
      }),
    "MultiheadAttention: a cache serves causal self-attention",
  ],
  [
    () => attention.forward(x, { cache: new KeyValueCache({ batch: 1, heads: 2, capacity: 3, width: 2 }) }),
    "KeyValueCache: got keys or values [2, 2, 3, 2]; expected [1, 2, steps, 2].",
  ],
  [
    () => new TransformerEncoder(4, 2, { layers: 2 }).forward(x, { caches: [] }),
    "TransformerEncoder: got 0 caches; expected one for each of 2 layers.",
  ],
];
it.each(errors)("refuses what does not fit: %s", (f, message) => expect(f).toThrow(message));

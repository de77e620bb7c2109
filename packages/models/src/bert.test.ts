// BERT: its size, that it looks both ways but not at padding, and the law by which words are hidden.
import { crossEntropy, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, type Tensor, tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { BERT, bertParameters, MaskedLanguageModel, maskTokens, NOT_ASKED } from "./index.ts";

const sizes = { vocabulary: 13, context: 6, segments: 2, width: 16, heads: 2, layers: 2, feedForward: 24 };
const rowsOf = (...rows: readonly (readonly number[])[]): Tensor =>
  tensor(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const build = <T>(make: () => T): T => withRandom(createRandom(1), make);
const largest = (x: Tensor): number => x.abs().max().itemSync();

describe("BERT", () => {
  it("has as BERT-base the parameters that are published, counted as those of a small one are", () => {
    const built = new BERT(sizes).parameters().map(({ shape }) => shape.reduce((n, length) => n * length, 1));
    expect(built.reduce((sum, size) => sum + size, 0)).toBe(bertParameters(sizes));
    expect(bertParameters()).toBe(109_482_240);
  });

  it("looks both ways: another last token changes what it makes of the first", () => {
    const model = build(() => new BERT(sizes)).eval();
    const apart = model.forward(rowsOf([1, 2, 3])).pooled.sub(model.forward(rowsOf([1, 2, 4])).pooled);
    expect(largest(apart)).toBeGreaterThan(1e-5);
  });

  it("does not look at padding, and knows segments and order", () => {
    const model = build(() => new BERT(sizes)).eval();
    const keyMask = tensor([[1, 1, 1, 0, 0]], { dtype: "bool" });
    const short = model.forward(rowsOf([1, 2, 3]));
    const padded = model.forward(rowsOf([1, 2, 3, 9, 9]), { keyMask });
    expect(largest(padded.states.narrow(1, 0, 3).sub(short.states))).toBeLessThan(1e-5);
    const parted = model.forward(rowsOf([1, 2, 3]), { segments: rowsOf([0, 1, 1]) });
    expect(largest(parted.pooled.sub(short.pooled))).toBeGreaterThan(1e-5);
    expect(largest(model.forward(rowsOf([1, 3, 2])).pooled.sub(short.pooled))).toBeGreaterThan(1e-5);
  });

  it("refuses more than its context", () => {
    expect(() => new BERT(sizes).forward(rowsOf([0, 1, 2, 3, 4, 5, 6]))).toThrow(
      "BERT: tokens are [1, 7]; expected [batch, time] with time up to 6.",
    );
  });
});

describe("MaskedLanguageModel", () => {
  it("tells the places that are asked as it does among all", () => {
    const model = build(() => new MaskedLanguageModel(sizes)).eval();
    const tokens = rowsOf([1, 2, 3], [4, 5, 6]);
    const all = model.forward(tokens); // [2·3, 13]
    const places = tensor(Int32Array.from([4, 0]));
    expect(all.shape).toEqual([6, 13]);
    expect(largest(model.forward(tokens, { places }).sub(all.take(places)))).toBeLessThan(1e-6);
  });

  it("learns to tell a hidden token by its neighbours on both sides", { timeout: 30_000 }, () => {
    const model = build(() => new MaskedLanguageModel({ ...sizes, dropout: 0 }));
    const optimizer = new Adam(model.parameters(), { learningRate: 5e-3 });
    // The hidden one, 0, is 3 + 2·left + right.
    const tokens = rowsOf([1, 0, 1], [1, 0, 2], [2, 0, 1], [2, 0, 2]);
    const hidden = tensor(Int32Array.from([6, 7, 8, 9]));
    const places = tensor(Int32Array.from([1, 4, 7, 10]));
    const step = compile(() => optimizer.minimize(() => crossEntropy(model.forward(tokens, { places }), hidden)));
    for (let k = 0; k < 150; k++) step();
    expect([...model.forward(tokens, { places }).argmax(-1).dataSync()]).toEqual([6, 7, 8, 9]);
  });
});

describe("maskTokens", () => {
  const [vocabulary, mask, firstWord, draws] = [50, 1, 3, 200_000];
  const tokens = Int32Array.from({ length: draws }, (_, i) => i % vocabulary);
  const { inputs, targets } = maskTokens(tokens, { vocabulary, mask, firstWord, random: createRandom(7) });
  const words = tokens.filter((token) => token >= firstWord).length;
  const asked = [...targets.keys()].filter((i) => targets[i] !== NOT_ASKED);
  /** Within four standard deviations of a binomial count. */
  const expectShare = (count: number, of: number, p: number): void =>
    expect(Math.abs(count - of * p)).toBeLessThanOrEqual(4 * Math.sqrt(of * p * (1 - p)));

  it("asks for 15% of the words, and for nothing else; what is not asked stays", () => {
    expectShare(asked.length, words, 0.15);
    targets.forEach((target, i) => {
      if (target === NOT_ASKED) expect(inputs[i]).toBe(tokens[i]);
      else expect([target, target >= firstWord]).toEqual([tokens[i], true]);
    });
  });

  it("hides 80% of them, puts any word in place of 10%, and lets 10% stay", () => {
    const hidden = asked.filter((i) => inputs[i] === mask).length;
    const kept = asked.filter((i) => inputs[i] === tokens[i]).length;
    const others = asked.length - hidden - kept;
    // Any word may be the very one that stood there.
    const same = 0.1 / (vocabulary - firstWord);
    expectShare(hidden, asked.length, 0.8);
    expectShare(kept, asked.length, 0.1 + same);
    expectShare(others, asked.length, 0.1 - same);
  });

  it("puts every word in others' places alike: chi-square", () => {
    const counts = new Map<number, number>();
    const others = asked.filter((i) => inputs[i] !== mask && inputs[i] !== tokens[i]);
    for (const i of others) counts.set(inputs[i], (counts.get(inputs[i]) ?? 0) + 1);
    expect([...counts.keys()].every((token) => token >= firstWord)).toBe(true);
    const kinds = vocabulary - firstWord;
    const mean = others.length / kinds;
    const square = Array.from({ length: kinds }, (_, k) => ((counts.get(firstWord + k) ?? 0) - mean) ** 2 / mean);
    // 46 degrees of freedom: the thousandth part lies above 81.4.
    expect(square.reduce((sum, value) => sum + value, 0)).toBeLessThan(81.4);
  });

  it("refuses a share of nothing", () => {
    expect(() => maskTokens([1], { vocabulary, mask, share: 0, random: createRandom(1) })).toThrow("share is 0");
  });
});

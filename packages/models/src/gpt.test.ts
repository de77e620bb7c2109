// GPT: its size, that it never looks ahead, and that what it writes is what the whole text would have it write.
import { crossEntropy, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, type Tensor, tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { GPT, gptParameters, sampleToken } from "./index.ts";

const rowOf = (tokens: readonly number[]): Tensor => tensor(Int32Array.from(tokens), { shape: [1, tokens.length] });
const small = (seed = 1) =>
  withRandom(
    createRandom(seed),
    () => new GPT({ vocabulary: 7, context: 8, width: 16, heads: 2, layers: 2, dropout: 0.1 }),
  );

describe("GPT", () => {
  it("has as GPT-2 small the parameters that are published, counted as those of a small one are", () => {
    const sizes = { vocabulary: 11, context: 5, width: 12, heads: 3, layers: 3 };
    const built = new GPT(sizes).parameters().map(({ shape }) => shape.reduce((n, length) => n * length, 1));
    expect(built.reduce((sum, size) => sum + size, 0)).toBe(gptParameters(sizes));
    expect(gptParameters({ vocabulary: 50_257 })).toBe(124_439_808);
  });

  it("begins with logits near 0: every token about as likely", () => {
    const logits = small()
      .eval()
      .forward(rowOf([0, 1, 2, 3]));
    expect(logits.shape).toEqual([1, 4, 7]);
    expect(logits.abs().max().itemSync()).toBeLessThan(1);
  });

  it("sees nothing of what comes later, to the bit", () => {
    const model = small().eval();
    const before = model.forward(rowOf([3, 1, 4, 1, 5])).narrow(1, 0, 4);
    expect(
      model
        .forward(rowOf([3, 1, 4, 1, 2]))
        .narrow(1, 0, 4)
        .dataSync(),
    ).toEqual(before.dataSync());
  });

  it("writes what reading everything anew for each token makes likeliest, past its context too", async () => {
    const model = small();
    const random = createRandom(2);
    const written = await model.generate([3, 1], { count: 20, temperature: 0, random });
    expect(model.training).toBe(true);
    model.eval();
    const text = [3, 1];
    let from = 0;
    for (let i = 0; i < 20; i++) {
      if (text.length - from > 8) from = text.length - 4;
      const last = model.forward(rowOf(text.slice(from))).select(1, -1);
      text.push(last.argmax(-1).itemSync());
    }
    expect([...written]).toEqual(text.slice(2));
  });

  it("learns a text by heart, and writes it after its beginning", { timeout: 30_000 }, async () => {
    const text = [0, 1, 2, 3, 0, 1, 4, 5, 6]; // what follows 1 depends on what was before
    const model = withRandom(
      createRandom(1),
      () => new GPT({ vocabulary: 7, context: 8, width: 16, heads: 2, layers: 2 }),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 1e-2 });
    const step = compile((tokens: Tensor, next: Tensor) =>
      optimizer.minimize(() => crossEntropy(model.forward(tokens).flatten(0, 1), next.flatten(0, 1))),
    );
    for (let k = 0; k < 100; k++) step(rowOf(text.slice(0, -1)), rowOf(text.slice(1)));
    const options = { count: 7, topK: 2, temperature: 0.5, random: createRandom(3) };
    expect([...(await model.generate([0, 1], options))]).toEqual(text.slice(2));
  });

  it("refuses more than its context, and an empty prompt", async () => {
    expect(() => small().forward(rowOf([0, 1, 2, 3, 4, 5, 6, 0, 1]))).toThrow(
      "GPT: tokens are [1, 9]; expected [batch, time] with time up to 8.",
    );
    await expect(small().generate([], { count: 1, random: createRandom(1) })).rejects.toThrow("the prompt is empty");
  });
});

describe("sampleToken", () => {
  const logits = [0, 1, -1, 2];
  it.each([
    [1, 4],
    [2, 4],
    [0.5, 3],
    [1, 2],
  ])("draws with the probabilities of a softmax: temperature %d, the %d likeliest", (temperature, topK) => {
    const random = createRandom(5);
    const draws = 20_000;
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < draws; i++) counts[sampleToken(logits, { temperature, topK, random })] += 1;
    const kept = [3, 1, 0, 2].slice(0, topK);
    const weights = logits.map((logit, token) => (kept.includes(token) ? Math.exp(logit / temperature) : 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, token) => {
      const p = weight / total;
      expect(Math.abs(counts[token] - draws * p)).toBeLessThanOrEqual(4 * Math.sqrt(draws * p * (1 - p)));
    });
  });

  it("takes the likeliest at temperature 0, and refuses what means nothing", () => {
    const random = createRandom(5);
    expect(sampleToken(logits, { temperature: 0, random })).toBe(3);
    expect(() => sampleToken(logits, { temperature: -1, random })).toThrow("temperature is -1; expected 0 or more");
    expect(() => sampleToken(logits, { topK: 0, random })).toThrow("topK is 0; expected a whole number from 1");
  });
});

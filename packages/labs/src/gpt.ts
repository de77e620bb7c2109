// 7.2: a GPT that reads and writes Shakespeare, a character at a time. Sizes and steps are those that nanoGPT (github.com/karpathy/nanoGPT, README) gives
// for a processor, where it comes to 1.88 nats, but for twice its learning rate.
import { CharacterTokenizer, text, type TokenSequence, tinyShakespeare } from "@agon/data";
import { GPT, gptParameters } from "@agon/models";
import { crossEntropy, withRandom } from "@agon/nn";
import { Adam, warmupCosine } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

const PROMPT = "ROMEO:";

export const gpt: Lab = {
  id: "7.2-gpt",
  section: "7.2",
  title: "A GPT that writes like Shakespeare, a character at a time",
  question:
    "After a few minutes on one core, how well does a small GPT guess the next character of plays that it has not read, and what does it write?",
  datasets: ["tinyshakespeare"],
  async run({ seed, scale, progress, files, now }) {
    const full = scale === "full";
    const sizes = full
      ? { context: 64, width: 128, heads: 4, layers: 4 }
      : { context: 32, width: 32, heads: 2, layers: 2 };
    const [steps, batch] = full ? [2000, 12] : [300, 8];
    const { context } = sizes;
    const plays = await tinyShakespeare({ files });
    const content = full ? plays : plays.slice(0, 100_000);
    const tokenizer = CharacterTokenizer.train(content);
    const { train, validation } = text(content).tokenize(tokenizer).split(0.9);
    const model = withRandom(
      createRandom(seed).split("weights"),
      () => new GPT({ vocabulary: tokenizer.size, ...sizes }),
    );
    const lossOf = (tokens: Tensor, targets: Tensor): Tensor =>
      crossEntropy(model.forward(tokens).flatten(0, 1), targets.flatten(0, 1));
    const schedule = warmupCosine({ learningRate: full ? 2e-3 : 5e-3, warmup: 100, steps, lowest: 1e-4 });
    const optimizer = new Adam(model.parameters(), {
      betas: [0.9, 0.99],
      weightDecay: 0.1,
      decoupled: true,
      clipNorm: 1,
    });
    const step = compile((tokens: Tensor, targets: Tensor) => optimizer.minimize(() => lossOf(tokens, targets)));
    const random = createRandom(seed).split("windows");
    const losses: number[] = [];
    const start = now();
    for (let k = 0; k < steps; k++) {
      if (k % 5 === 0) await progress((0.9 * k) / steps, `step ${k}`);
      optimizer.learningRate = schedule(k + 1);
      const { tokens, targets } = drawWindows(train, { random, batch, context });
      losses.push(step(tokens, targets).itemSync());
    }
    const seconds = (now() - start) / 1000;
    await progress(0.9, "validation");
    const unread = await validationLoss(lossOf, validation, context);
    await progress(0.95, "writing");
    const count = full ? 400 : 60;
    const begun = now();
    const written = await model.generate(tokenizer.encode(PROMPT), {
      count,
      temperature: 0.8,
      topK: 20,
      random: createRandom(seed).split("sample"),
    });
    const writing = (now() - begun) / 1000;
    const every = steps / 50;
    return {
      tables: [
        {
          title: `${steps} steps of ${batch} windows of ${context} characters`,
          columns: ["parameters", "loss, read", "loss, unread", "characters/s, learning", "characters/s, writing"],
          rows: [
            [
              gptParameters({ vocabulary: tokenizer.size, ...sizes }),
              mean(losses.slice(-every)),
              unread,
              Math.round((steps * batch * context) / seconds),
              Math.round(count / writing),
            ],
          ],
        },
        {
          title: `What it writes after “${PROMPT}”, at temperature 0.8 from the 20 likeliest characters`,
          columns: ["its lines"],
          rows: tokenizer
            .decode(written)
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => [line]),
        },
      ],
      charts: [
        {
          title: "Learning Shakespeare",
          x: { label: "step", values: Array.from({ length: 50 }, (_, k) => (k + 1) * every) },
          y: { label: "nats per character" },
          series: [
            {
              label: "training windows",
              values: Array.from({ length: 50 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
            },
          ],
        },
      ],
      claims: [
        full
          ? claim("nats per character of the tenth that it has not read", unread, { most: 1.9 })
          : claim("nats per character of what it has not read", unread, { most: 2.8 }),
      ],
    };
  },
};

/** Mean over windows side by side that cover the sequence: on average half a window comes before a character. */
const validationLoss = async (
  lossOf: (tokens: Tensor, targets: Tensor) => Tensor,
  sequence: TokenSequence,
  context: number,
): Promise<number> => {
  const measure = compile(lossOf);
  const windows = sequence.windows(context);
  let sum = 0;
  for await (const { tokens, targets } of windows.batches({ size: 64 }))
    sum += measure(tokens, targets).itemSync() * tokens.shape[0];
  return sum / windows.length;
};

/** Windows that begin anywhere, and the same one character later: int32 [batch, context] each. */
const drawWindows = (
  { tokens }: TokenSequence,
  { random, batch, context }: { readonly random: Random; readonly batch: number; readonly context: number },
) => {
  const starts = Array.from({ length: batch }, () => random.integer(tokens.length - context));
  const cut = (shift: number): Tensor => {
    const data = new Int32Array(batch * context);
    starts.forEach((start, i) => data.set(tokens.subarray(start + shift, start + shift + context), i * context));
    return tensor(data, { shape: [batch, context] });
  };
  return { tokens: cut(0), targets: cut(1) };
};

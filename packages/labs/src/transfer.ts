// 1: what was learned of some digits helps with others.
import { Dataset, type ImageColumns, mnist, type Role } from "@agon/data";
import { LeNet5 } from "@agon/models";
import { type AnyModule, crossEntropy, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import type { Parameter } from "@agon/tensor";
import { accuracy, evaluate, fit } from "@agon/train";
import { claim, type Lab } from "./lab.ts";

type Digits = Dataset<ImageColumns, Role>;

/** The digits from `low` to `low + 4`, their labels counted from 0; at most `count` of them. */
const fiveDigits = (digits: Digits, low: number, count?: number): Digits => {
  const { data } = digits.column("labels");
  const chosen = Array.from(data, (_, i) => i)
    .filter((i) => data[i] >= low && data[i] < low + 5)
    .slice(0, count);
  const labels = { data: Int32Array.from(chosen, (i) => data[i] - low), shape: [] };
  return new Dataset({ images: digits.take(chosen).column("images"), labels } as ImageColumns);
};

export const transfer: Lab = {
  id: "1-transfer",
  section: "1",
  title: "Transfer: from the digits 0–4 to a hundred labels of 5–9",
  question:
    "Of the digits 5 to 9 only a hundred are labelled; does a network that knows 0 to 4 learn them better than one that begins anew?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading MNIST");
    const { train, test } = await mnist({ files });
    const full = scale === "full";
    const [known, seeds] = full ? [20_000, 5] : [8000, 3];
    const first = fiveDigits(train, 0, known);
    const second = fiveDigits(train, 5);
    const unseen = fiveDigits(test, 5);
    const results = { "from scratch": [] as number[], "from 0–4": [] as number[] };
    for (let run = 0; run < seeds; run++) {
      const labelled = second.take(hundred(seed + run, second.length));
      const build = (name: string): LeNet5 =>
        withRandom(createRandom(seed + run).split(name), () => new LeNet5({ classes: 5 }));
      const learn = async (parameters: readonly Parameter[], model: AnyModule, data: Digits, epochs: number) =>
        fit(model, data, {
          loss: crossEntropy,
          optimizer: new Adam(parameters, { learningRate: 1e-3 }),
          epochs,
          seed: seed + run,
        });
      await progress(run / seeds, `seed ${run + 1}, digits 0–4`);
      const knowing = build("known");
      await learn(knowing.parameters(), knowing, first, full ? 3 : 2);
      // What it sees stays as it is; what it makes of it is learned anew.
      const dense = [knowing.fc1, knowing.fc2, knowing.fc3];
      const anew = build("dense");
      [anew.fc1, anew.fc2, anew.fc3].forEach((layer, i) => dense[i].loadStateDict(layer.stateDict()));
      await progress((run + 0.6) / seeds, `seed ${run + 1}, a hundred of 5–9`);
      await learn(
        dense.flatMap((layer) => layer.parameters()),
        knowing,
        labelled,
        40,
      );
      const fresh = build("fresh");
      await progress((run + 0.8) / seeds, `seed ${run + 1}, a hundred of 5–9 from scratch`);
      await learn(fresh.parameters(), fresh, labelled, 40);
      results["from 0–4"].push((await evaluate(knowing, unseen, { accuracy })).accuracy);
      results["from scratch"].push((await evaluate(fresh, unseen, { accuracy })).accuracy);
    }
    const gain = 100 * (mean(results["from 0–4"]) - mean(results["from scratch"]));
    return {
      tables: [
        {
          title: `LeNet-5 on the test digits 5–9 after a hundred labels of them, ${seeds} seeds`,
          columns: ["weights", "mean accuracy", "worst", "best"],
          rows: Object.entries(results).map(([name, values]) => [
            name,
            mean(values),
            Math.min(...values),
            Math.max(...values),
          ]),
        },
      ],
      charts: [],
      // Less is known of 0–4 in the quick form: there 1 to 8 points on single seeds from 1001 on.
      claims: [claim("what was learned of 0–4 is worth so many points", gain, { least: full ? 5 : 1 })],
    };
  },
};

/** A hundred different places below n. */
const hundred = (seed: number, n: number): number[] => {
  const random = createRandom(seed).split("labelled");
  const chosen = new Set<number>();
  while (chosen.size < 100) chosen.add(random.integer(n));
  return [...chosen];
};

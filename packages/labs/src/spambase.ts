// 3: the whole network again, on real mails.
import { loadTable, split, standardScaler } from "@agon/data";
import { accuracy, auc, f1, precisionRecallCurve } from "@agon/metrics";
import { binaryCrossEntropyWithLogits, MLP, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, type Tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** Four of the 57 features: shares of words and signs that the textbook's story would pick. */
const FOUR = ["word_freq_free", "word_freq_remove", "char_freq_!", "word_freq_george"];

export const spambase: Lab = {
  id: "3-spambase",
  section: "3",
  title: "The spam network on 4 601 real mails",
  question: "How well do 81 weights tell spam from four features of a mail, and what do all 57 features add?",
  datasets: ["spambase"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading Spambase");
    const table = await loadTable("spambase", { files });
    const target = table.names[table.names.length - 1];
    const all = table.names.filter((name) => name !== target);
    const seeds = scale === "full" ? 10 : 2;
    const arms = [
      { name: "4-8-4-1", features: FOUR },
      { name: "57-8-4-1", features: all },
    ];
    const rows: (string | number)[][] = [];
    const curves: { label: string; recall: readonly number[]; precision: readonly number[] }[] = [];
    const found: { accuracy: number; auc: number }[] = [];
    for (const [a, { name, features }] of arms.entries()) {
      const results: { accuracy: number; f1: number; auc: number }[] = [];
      for (let run = 0; run < seeds; run++) {
        await progress((a * seeds + run) / (arms.length * seeds), `${name}, seed ${run + 1}`);
        const whole = table.dataset({ features, target });
        const { train, test } = split(whole, { train: 0.8, test: 0.2 }, { seed: seed + run, stratify: "target" });
        const scaler = standardScaler(train);
        const [learned, unseen] = [scaler.apply(train).tensors(), scaler.apply(test).tensors()];
        const model = withRandom(createRandom(seed + run), () => new MLP(features.length, 8, 4, 1));
        const optimizer = new Adam(model.parameters(), { learningRate: 0.01 });
        const wanted = learned.target.cast("float32").unsqueeze(1);
        const step = compile((x: Tensor, y: Tensor) =>
          optimizer.minimize(() => binaryCrossEntropyWithLogits(model.forward(x), y)),
        );
        for (let i = 0; i < 300; i++) step(learned.features, wanted);
        const scores = [...model.forward(unseen.features).sigmoid().dataSync()];
        const labels = [...unseen.target.dataSync()];
        results.push({
          accuracy: accuracy(
            scores.map((p) => Number(p > 0.5)),
            labels,
          ),
          f1: f1(
            scores.map((p) => Number(p > 0.5)),
            labels,
          ),
          auc: auc(scores, labels),
        });
        if (run === 0) curves.push({ label: name, ...precisionRecallCurve(scores, labels) });
      }
      const meanOf = (key: "accuracy" | "f1" | "auc"): number => mean(results.map((result) => result[key]));
      found.push({ accuracy: meanOf("accuracy"), auc: meanOf("auc") });
      rows.push([name, features.length, meanOf("accuracy"), meanOf("f1"), meanOf("auc")]);
    }
    const grid = Array.from({ length: 101 }, (_, i) => i / 100);
    return {
      tables: [
        {
          title: `Unseen mails, a fifth of 4 601; mean of ${seeds} seeds`,
          columns: ["network", "features", "accuracy", "F1 of spam", "AUC"],
          rows,
        },
      ],
      charts: [
        {
          title: "Precision over recall as the threshold moves",
          x: { label: "recall", values: grid },
          y: { label: "precision" },
          series: curves.map(({ label, recall, precision }) => ({
            label,
            // The best precision that still finds so much.
            values: grid.map((least) => Math.max(...precision.filter((_, i) => recall[i] >= least))),
          })),
        },
      ],
      claims: [
        claim("four features and 81 weights: accuracy", found[0].accuracy, { least: 0.8 }),
        claim("all 57 features: accuracy", found[1].accuracy, { least: 0.92 }),
        claim("… and AUC", found[1].auc, { least: 0.95 }),
      ],
    };
  },
};

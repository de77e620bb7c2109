// 2.7: what metrics say where one class is rare.
import { exp } from "@agon/math";
import {
  accuracy,
  auc,
  f1,
  mae,
  mse,
  precision,
  precisionRecallCurve,
  r2,
  recall,
  rmse,
  rocCurve,
} from "@agon/metrics";
import { createRandom } from "@agon/random";
import { claim, type Lab, type LabContext } from "./lab.ts";

export const imbalanceMetrics: Lab = {
  id: "2.7-metrics",
  section: "2.7",
  title: "Metrics where one class is rare, and errors where some are large",
  question:
    "What do accuracy, precision, recall, F1 and AUC tell of one and the same classifier while positives grow rarer, and what do MSE, MAE and R² make of outliers?",
  async run(context) {
    await context.progress(0, "classes");
    const classes = rareClasses(context);
    await context.progress(0.7, "numbers");
    const numbers = outliers(context);
    return {
      tables: [classes.table, numbers.table],
      charts: classes.charts,
      claims: [...classes.claims, ...numbers.claims],
    };
  },
};

/** Scores of a classifier that tells the classes apart by 1.5 deviations, through a sigmoid. */
const scoresFor = (seed: number, count: number, share: number): { scores: number[]; labels: number[] } => {
  const random = createRandom(seed).split(`positives ${share}`);
  const labels = Array.from({ length: count }, (_, i) => Number(i < Math.round(count * share)));
  const scores = labels.map((label) => 1 / (1 + exp(-random.normal(1.5 * (label - 0.5), 1))));
  return { scores, labels };
};

const rareClasses = ({ seed, scale }: LabContext) => {
  const count = scale === "full" ? 100_000 : 20_000;
  const shares = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
  const drawn = shares.map((share) => scoresFor(seed, count, share));
  const rows = drawn.map(({ scores, labels }, i) => {
    const sides = scores.map((score) => Number(score > 0.5));
    return [
      shares[i],
      accuracy(sides, labels),
      accuracy(new Array<number>(count).fill(0), labels),
      precision(sides, labels),
      recall(sides, labels),
      f1(sides, labels),
      auc(scores, labels),
    ] as number[];
  });
  const column = (index: number): number[] => rows.map((row) => row[index]);
  // Ninety-nine of a hundred positive, and a classifier that says so of everybody.
  const lopsided = Array.from({ length: 1000 }, (_, i) => Number(i >= 10));
  const everybody = new Array<number>(1000).fill(1);
  const pairs = pairwise(scoresFor(seed + 1, 600, 0.2));
  const roc = rocCurve(drawn[3].scores, drawn[3].labels);
  const curve = precisionRecallCurve(drawn[3].scores, drawn[3].labels);
  return {
    table: {
      title: `One classifier, ${count} examples a row`,
      columns: ["positives", "accuracy", "accuracy of “never”", "precision", "recall", "F1", "AUC"],
      rows,
    },
    charts: [
      {
        title: "The rarer the positives, the more they differ",
        x: { label: "share of positives", values: [...shares].reverse(), scale: "logarithmic" as const },
        y: { label: "metric" },
        series: ["accuracy", "precision", "recall", "F1", "AUC"].map((label, i) => ({
          label,
          values: column([1, 3, 4, 5, 6][i]).reverse(),
        })),
      },
      thinned(
        "ROC curve, 5% positives",
        "false positive rate",
        roc.falsePositiveRate,
        "true positive rate",
        roc.truePositiveRate,
      ),
      thinned("Precision and recall, 5% positives", "recall", curve.recall, "precision", curve.precision),
    ],
    claims: [
      claim("99% positives, “always positive”: accuracy", accuracy(everybody, lopsided), { least: 0.99 }),
      claim("… and AUC, which is not deceived", auc(everybody, lopsided), { least: 0.5, most: 0.5 }),
      claim("at 1% positives “never” is more accurate than the classifier, by", rows[5][2] - rows[5][1], {
        least: 0.1,
      }),
      claim("AUC hardly moves from 50% to 1% positives", Math.abs(rows[0][6] - rows[5][6]), { most: 0.03 }),
      claim("precision falls from 50% to 1% by a factor of", rows[0][3] / rows[5][3], { least: 5 }),
      claim("AUC is the share of pairs in which the positive scores higher; difference", pairs, { most: 1e-12 }),
    ],
  };
};

/** |AUC − share of (positive, negative) pairs in the right order|. */
const pairwise = ({ scores, labels }: { scores: number[]; labels: number[] }): number => {
  const [positives, negatives] = [1, 0].map((side) => scores.filter((_, i) => labels[i] === side));
  const right = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
  return Math.abs(auc(scores, labels) - right.reduce((sum: number, one) => sum + one, 0) / right.length);
};

/** A curve of two hundred points at most, its x in ascending order. */
const thinned = (title: string, xLabel: string, x: readonly number[], yLabel: string, y: readonly number[]) => {
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]);
  const every = Math.ceil(order.length / 200);
  const kept = order.filter((_, i) => i % every === 0 || i === order.length - 1);
  return {
    title,
    x: { label: xLabel, values: kept.map((i) => x[i]) },
    y: { label: yLabel },
    series: [{ label: yLabel, values: kept.map((i) => y[i]) }],
  };
};

const outliers = ({ seed }: LabContext) => {
  const random = createRandom(seed).split("outliers");
  const truth = Array.from({ length: 1000 }, () => random.normal());
  const close = truth.map((y) => y + random.normal(0, 0.3));
  const wild = close.map((y, i) => (i % 100 === 0 ? y + 20 : y));
  const constant = truth.map(() => truth.reduce((sum, y) => sum + y, 0) / truth.length);
  const reversed = truth.map((y) => -y);
  const predictions = { close, "close, 1% of them 20 off": wild, "the mean": constant, "the opposite": reversed };
  const rows = Object.entries(predictions).map(
    ([name, p]) => [name, mse(p, truth), rmse(p, truth), mae(p, truth), r2(p, truth)] as const,
  );
  return {
    table: {
      title: "Errors of four predictions of 1000 normal numbers",
      columns: ["prediction", "MSE", "RMSE", "MAE", "R²"],
      rows,
    },
    claims: [
      claim("1% of wild errors raises MSE by a factor of", rows[1][1] / rows[0][1], { least: 20 }),
      claim("… and MAE by one of", rows[1][3] / rows[0][3], { most: 3 }),
      claim("R² of the mean is 0", Math.abs(rows[2][4]), { most: 1e-9 }),
      claim("R² may be negative: of the opposite", rows[3][4], { most: -1 }),
    ],
  };
};

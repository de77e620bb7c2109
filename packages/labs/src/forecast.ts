// 4.6: tomorrow's temperature from the days before, by an LSTM.
import { loadTable } from "@agon/data";
import { Linear, LSTM, Module, mse, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean, standardDeviation } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** Days that it sees. */
const WINDOW = 30;
const YEAR = 365;

class Forecaster extends Module {
  readonly recurrent = new LSTM(1, 32);
  readonly head = new Linear(32, 1);

  /** days: [batch, WINDOW]; the next day: [batch] */
  forward(days: Tensor): Tensor {
    const { output } = this.recurrent.forward(days.unsqueeze(2)); // [batch, WINDOW, 32]
    return this.head.forward(output.select(1, -1)).squeeze(1);
  }
}

export const forecast: Lab = {
  id: "4.6-forecast",
  section: "4.6",
  title: "Tomorrow's temperature by an LSTM",
  question:
    "Ten years of daily minimum temperatures in Melbourne: how far off is an LSTM that sees thirty days, beside the guess that tomorrow will be as today?",
  datasets: ["daily-min-temperatures"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading temperatures");
    const table = await loadTable("daily-min-temperatures", { files });
    const degrees = table.numbers(table.names[1]);
    // The last two years are for testing; the scale comes from the years before.
    const cut = degrees.length - 2 * YEAR;
    const [centre, spread] = [mean(degrees.subarray(0, cut)), standardDeviation(degrees.subarray(0, cut))];
    const scaled = Float32Array.from(degrees, (value) => (value - centre) / spread);
    const [seeds, steps, batch] = scale === "full" ? [5, 800, 64] : [1, 250, 32];
    const unseen = windowsOf(
      scaled,
      Array.from({ length: degrees.length - cut }, (_, i) => cut + i),
    );
    const errors: number[] = [];
    let shown: readonly number[] = [];
    for (let run = 0; run < seeds; run++) {
      const model = withRandom(createRandom(seed + run).split("weights"), () => new Forecaster());
      const optimizer = new Adam(model.parameters(), { learningRate: 3e-3, clipNorm: 1 });
      const step = compile((days: Tensor, next: Tensor) => optimizer.minimize(() => mse(model.forward(days), next)));
      const random = createRandom(seed + run).split("batches");
      for (let k = 0; k < steps; k++) {
        if (k % 10 === 0) await progress((run + k / steps) / seeds, `seed ${seed + run}, step ${k}`);
        const { days, next } = windowsOf(
          scaled,
          Array.from({ length: batch }, () => random.integer(WINDOW, cut)),
        );
        step(days, next).itemSync();
      }
      shown = scope(() => [...model.forward(unseen.days).dataSync()].map((value) => centre + spread * value));
      errors.push(rootMeanSquare(shown, degrees.subarray(cut)));
    }
    const asToday = rootMeanSquare(degrees.subarray(cut - 1, degrees.length - 1), degrees.subarray(cut));
    const lastYear = rootMeanSquare(degrees.subarray(cut - YEAR, degrees.length - YEAR), degrees.subarray(cut));
    const days = 60;
    return {
      tables: [
        {
          title: `Root mean square error over the last two years, in degrees; the LSTM after ${steps} steps of ${batch}, ${seeds} seeds`,
          columns: ["forecast", "mean", "worst"],
          rows: [
            ["as today", asToday, asToday],
            ["as a year before", lastYear, lastYear],
            [
              "the mean of the years before",
              ...twice(rootMeanSquare(new Float64Array(degrees.length - cut).fill(centre), degrees.subarray(cut))),
            ],
            ["LSTM", mean(errors), Math.max(...errors)],
          ],
        },
      ],
      charts: [
        {
          title: "Sixty days that it never saw",
          x: { label: "day", values: Array.from({ length: days }, (_, i) => i + 1) },
          y: { label: "degrees Celsius" },
          series: [
            { label: "measured", values: [...degrees.subarray(cut, cut + days)] },
            { label: "LSTM, a day before", values: shown.slice(0, days) },
          ],
        },
      ],
      claims: [
        claim("the LSTM's error over that of “as today”, at the worst seed", Math.max(...errors) / asToday, {
          most: 0.95,
        }),
      ],
    };
  },
};

const twice = (value: number): readonly [number, number] => [value, value];

/** The days before each of `targets`, and those days: [targets, WINDOW] and [targets]. */
const windowsOf = (series: Float32Array, targets: readonly number[]) => ({
  days: tensor(
    Float32Array.from(
      { length: targets.length * WINDOW },
      (_, i) => series[targets[Math.floor(i / WINDOW)] - WINDOW + (i % WINDOW)],
    ),
    { shape: [targets.length, WINDOW] },
  ),
  next: tensor(Float32Array.from(targets, (target) => series[target])),
});

const rootMeanSquare = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(mean(Array.from(a, (value, i) => (value - b[i]) ** 2)));

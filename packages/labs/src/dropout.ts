// 5.3 and 11.2.6: dropout on a network that knows its few examples by heart.
import { mnist } from "@agon/data";
import { Dropout, flatten, Linear, Module, relu, Sequential } from "@agon/nn";
import { mean, standardDeviation } from "@agon/runs";
import { ones, scope, type Tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

/** Two hidden layers of 256, with a share of the units dropped after each, and fewer of the pixels. */
const network = (share: number) => (): Module =>
  new Sequential(
    flatten,
    ...(share > 0 ? [new Dropout(share / 2)] : []),
    new Linear(784, 256),
    relu,
    ...(share > 0 ? [new Dropout(share)] : []),
    new Linear(256, 256),
    relu,
    ...(share > 0 ? [new Dropout(share)] : []),
    new Linear(256, 10),
  );

export const dropout: Lab = {
  id: "5.3-dropout",
  section: "5.3",
  title: "Dropout on a network that overfits",
  question:
    "A network with a quarter of a million weights learns 1000 digits by heart; how many more unseen digits does it read with dropout, and what becomes of its weights?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading MNIST");
    const { train: all, test } = await mnist({ files });
    const full = scale === "full";
    const train = all.slice(0, 1000);
    const [seeds, epochs] = full ? [5, 100] : [2, 60];
    const arms = [0, 0.5];
    const results = new Map<number, { errors: number[]; losses: number[]; models: Module[] }>();
    for (const [a, share] of arms.entries()) {
      const [errors, losses, models]: [number[], number[], Module[]] = [[], [], []];
      for (let run = 0; run < seeds; run++) {
        const trained = await classify({
          build: network(share),
          train,
          test,
          seed: seed + run,
          epochs,
          onShare: (done) =>
            progress((a * seeds + run + done) / (arms.length * seeds), `share dropped ${share}, seed ${run + 1}`),
        });
        errors.push(100 * (1 - trained.accuracy));
        losses.push(mean(trained.losses.slice(-16)));
        models.push(trained.model as unknown as Module);
      }
      results.set(share, { errors, losses, models });
    }
    const at = (share: number) => results.get(share) as NonNullable<ReturnType<typeof results.get>>;
    const weightsOf = (share: number): number[] => at(share).models.flatMap((model) => [...weights(model)]);
    const histogram = histogramsOf(arms.map(weightsOf));
    const kept = keptMean();
    const thinned = askThinned(at(0.5).models[0], test.slice(0, 2000));
    return {
      tables: [
        {
          title: `784-256-256-10 on ${train.length} images, ${epochs} epochs, ${seeds} seeds: error on 10 000 unseen digits`,
          columns: ["share dropped", "mean error, %", "worst, %", "last training loss", "deviation of the weights"],
          rows: arms.map((share) => [
            share,
            mean(at(share).errors),
            Math.max(...at(share).errors),
            mean(at(share).losses),
            standardDeviation(weightsOf(share)),
          ]),
        },
        {
          title: "Dropout as an ensemble, the first seed's network on 2000 unseen digits: error, %",
          columns: ["asked", "error, %"],
          rows: [
            ["one thinned network", thinned.one],
            [`the mean of ${ENSEMBLE} thinned networks`, thinned.mean],
            ["the whole network, in evaluation", thinned.whole],
          ],
        },
      ],
      charts: [
        {
          title: "Weights of the second layer after training",
          x: { label: "weight", values: histogram.centres },
          y: { label: "share of the weights" },
          series: arms.map((share, i) => ({ label: `share dropped ${share}`, values: histogram.shares[i] })),
        },
      ],
      claims: [
        claim("without dropout the training loss is all but gone", mean(at(0).losses), { most: 0.01 }),
        claim("dropout lowers the error by so many points", mean(at(0).errors) - mean(at(0.5).errors), { least: 1 }),
        claim("in training the mean of what is kept stays: mean of dropped ones", kept, { least: 0.98, most: 1.02 }),
        claim("in evaluation dropout changes nothing", changeInEvaluation(), { most: 0 }),
        claim("many thinned networks err less than one, by so many points", thinned.one - thinned.mean, { least: 0.5 }),
        claim(
          "… and nearly as little as the whole: what is left of the distance",
          (thinned.mean - thinned.whole) / (thinned.one - thinned.whole),
          { most: 0.5 },
        ),
      ],
    };
  },
};

const ENSEMBLE = 30;

type Digits = Awaited<ReturnType<typeof mnist>>["test"];

/** Errors in % of one network that dropout thinned, of the mean answer of many (Gal & Ghahramani 2016), and of the whole. */
const askThinned = (model: Module, digits: Digits) => {
  const [{ images, labels }] = [...digits.batches({ size: digits.length })];
  const answer = (): Tensor => model.forward(images as Tensor).softmax(-1); // [digits, 10]
  const errorOf = (probabilities: Tensor): number =>
    100 *
    (1 -
      probabilities
        .argmax(-1)
        .equal(labels as Tensor)
        .cast("float32")
        .mean()
        .itemSync());
  return scope(() => {
    model.train();
    const one = answer();
    const sum = Array.from({ length: ENSEMBLE - 1 }, answer).reduce((total, next) => total.add(next), one);
    model.eval();
    const whole = answer();
    return { one: errorOf(one), mean: errorOf(sum), whole: errorOf(whole) };
  });
};

const weights = (model: Module): Float32Array =>
  model
    .parameters()
    .filter(({ shape }) => shape.join() === "256,256")[0]
    .toHost() as Float32Array;

const histogramsOf = (samples: readonly (readonly number[])[]): { centres: number[]; shares: number[][] } => {
  const [low, high, bins] = [-0.3, 0.3, 60];
  const width = (high - low) / bins;
  return {
    centres: Array.from({ length: bins }, (_, i) => low + (i + 0.5) * width),
    shares: samples.map((sample) => {
      const counts = new Array<number>(bins).fill(0);
      for (const value of sample) counts[Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)))]++;
      return counts.map((count) => count / sample.length);
    }),
  };
};

/** The mean of 10⁵ ones after dropout in training. */
const keptMean = (): number =>
  new Dropout(0.5)
    .forward(ones([100_000]))
    .mean()
    .itemSync();

const changeInEvaluation = (): number =>
  new Dropout(0.5)
    .eval()
    .forward(ones([1000]))
    .sub(1)
    .abs()
    .max()
    .itemSync();

// 2.2.1: how wide and how deep, and what happens when there is too much of both.
import { crossEntropy, MLP, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, scope, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";
import { spirals, type Spirals } from "./parts/spirals.ts";

const DEPTHS = [1, 2, 3];

interface Learned {
  readonly name: string;
  readonly parameters: number;
  /** Share of the points on the right side, on those it learned from and on unseen ones. */
  readonly known: number;
  readonly unseen: number;
  /** Cross-entropy on unseen points now and then. */
  readonly knownCurve: number[];
  readonly unseenCurve: number[];
}

export const widthAndDepth: Lab = {
  id: "2.2.1-width-depth",
  section: "2.2.1",
  title: "Width and depth, and a network too large for its examples",
  question:
    "Two spirals are to be told apart: how wide and how deep must a network be, and what does a large one make of fifty examples?",
  async run(context) {
    const { seed, scale, progress } = context;
    const full = scale === "full";
    const widths = full ? [4, 32, 128, 256] : [4, 16, 64];
    const [count, steps] = full ? [500, 600] : [300, 300];
    const random = createRandom(seed);
    const train = spirals(random.split("train"), count);
    const test = spirals(random.split("test"), 1000);
    const few = spirals(random.split("few"), 50);
    const grid = DEPTHS.flatMap((depth) => widths.map((width) => ({ width, depth })));
    const results: Learned[] = [];
    for (const [i, { width, depth }] of grid.entries()) {
      await progress(i / (grid.length + 1), `${depth} × ${width}`);
      results.push(learn(context, new Array<number>(depth).fill(width), { train, test, steps }));
    }
    await progress(grid.length / (grid.length + 1), "fifty examples");
    const large = learn(context, [256, 256], { train: few, test, steps });
    const [narrow] = results;
    const best = results[results.length - 1];
    const every = steps / narrow.knownCurve.length;
    const x = { label: "step", values: narrow.knownCurve.map((_, k) => (k + 1) * every) };
    const curves = ({ name, knownCurve, unseenCurve }: Learned) => [
      { label: `${name}, learned`, values: knownCurve },
      { label: `${name}, unseen`, values: unseenCurve },
    ];
    const y = { label: "cross-entropy", scale: "logarithmic" as const };
    return {
      tables: [
        {
          title: `Hidden layers of ReLUs on ${count} points, ${steps} steps; the last on 50 points`,
          columns: ["hidden layers", "parameters", "accuracy on what it learned from", "on unseen points"],
          rows: [...results, large].map(({ name, parameters, known, unseen }) => [name, parameters, known, unseen]),
        },
      ],
      charts: [
        ...DEPTHS.map((depth, i) => ({
          title: `${depth} hidden ${depth === 1 ? "layer" : "layers"}`,
          x,
          y,
          series: results.slice(i * widths.length, (i + 1) * widths.length).flatMap(curves),
        })),
        { title: "66 000 weights for 50 points", x, y, series: curves(large) },
      ],
      claims: [
        claim("four units in one layer are too few: accuracy on what they learned from", narrow.known, { most: 0.85 }),
        claim("the widest and deepest tells unseen points apart", best.unseen, { least: 0.95 }),
        claim("… and gains over four units, in points", 100 * (best.unseen - narrow.unseen), { least: 10 }),
        claim("a large network knows its fifty examples by heart: accuracy", large.known, { least: 0.98 }),
        claim("… and is worse on unseen ones by so many points", 100 * (large.known - large.unseen), { least: 10 }),
      ],
    };
  },
};

/** All points in every step; looks thirty times at how it does. */
const learn = (
  { seed }: LabContext,
  hidden: readonly number[],
  { train, test, steps }: { readonly train: Spirals; readonly test: Spirals; readonly steps: number },
): Learned => {
  const model = withRandom(createRandom(seed), () => new MLP(2, ...hidden, 2));
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-2 });
  const step = compile((points: Tensor, labels: Tensor) =>
    optimizer.minimize(() => crossEntropy(model.forward(points), labels)),
  );
  const lossOf = compile(({ points, labels }: Spirals) => crossEntropy(model.forward(points), labels));
  const rightOf = ({ points, labels }: Spirals): number =>
    scope(() => model.forward(points).argmax(-1).equal(labels).cast("float32").mean().itemSync());
  const [knownCurve, unseenCurve]: [number[], number[]] = [[], []];
  for (let k = 1; k <= steps; k++) {
    step(train.points, train.labels);
    if (k % (steps / 30) !== 0) continue;
    knownCurve.push(lossOf(train).itemSync());
    unseenCurve.push(lossOf(test).itemSync());
  }
  return {
    name: hidden.join("-"),
    parameters: model.summary(test.points).parameters,
    known: rightOf(train),
    unseen: rightOf(test),
    knownCurve,
    unseenCurve,
  };
};

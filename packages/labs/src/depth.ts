// 5.4: the deeper the worse, unless there is a way around.
import { mnist } from "@agon/data";
import { flatten, heNormal, initialise, type Layer, Linear, Module, relu, Residual, Sequential } from "@agon/nn";
import { SGD } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";
import { meansOfTen } from "./parts/smooth.ts";

const WIDTH = 48;

/**
 * `blocks` pairs of layers of 48 ReLUs; each pair with a way around, if wanted. The second layer of a pair with a way around starts at 0, so that
 * the whole begins as a shallow network (Zhang et al. 2019), which normalisation would do in its place.
 */
const network = (blocks: number, residual: boolean, seed: number) => (): Module => {
  const pairs = Array.from({ length: blocks }, () => [new Linear(WIDTH, WIDTH), new Linear(WIDTH, WIDTH)] as const);
  const body = pairs.flatMap(([first, second]): Layer[] => {
    const layers = new Sequential(first, relu, second);
    return [residual ? new Residual(layers) : layers, relu];
  });
  const model = new Sequential(flatten, new Linear(784, WIDTH), relu, ...body, new Linear(WIDTH, 10));
  initialise(model, heNormal, { random: createRandom(seed).split("he") });
  if (residual) for (const [, second] of pairs) second.weight.set(new Float32Array(WIDTH * WIDTH));
  return model;
};

export const depth: Lab = {
  id: "5.4-depth",
  section: "5.4",
  title: "Plain and residual networks, ten and forty layers deep",
  question:
    "Does a deeper plain network learn its training examples worse than a shallow one, and does a residual one not?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading MNIST");
    const { train: all, test } = await mnist({ files });
    const full = scale === "full";
    const train = all.slice(0, full ? 10_000 : 3000);
    const [seeds, epochs] = full ? [3, 6] : [1, 4];
    const arms = [false, true].flatMap((residual) =>
      [5, 20].map((blocks) => ({ name: `${residual ? "residual" : "plain"}, ${2 * blocks} layers`, residual, blocks })),
    );
    const results: { name: string; loss: number; accuracy: number; curve: number[] }[] = [];
    for (const [i, { name, residual, blocks }] of arms.entries()) {
      const runs = [];
      for (let run = 0; run < seeds; run++) {
        runs.push(
          await classify({
            build: network(blocks, residual, seed + run),
            train,
            test,
            seed: seed + run,
            epochs,
            optimizer: (model) => new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9, clipNorm: 1 }),
            onShare: (share) => progress((i * seeds + run + share) / (arms.length * seeds), `${name}, seed ${run + 1}`),
          }),
        );
      }
      const curves = runs.map(({ losses }) => meansOfTen(losses));
      results.push({
        name,
        loss: mean(runs.map(({ history }) => history[epochs - 1].loss)),
        accuracy: mean(runs.map(({ accuracy }) => accuracy)),
        curve: curves[0].map((_, k) => mean(curves.map((curve) => curve[k]))),
      });
    }
    const [shallow, deep, , residualDeep] = results;
    return {
      tables: [
        {
          title: `Layers of ${WIDTH} ReLUs on ${train.length} digits, ${epochs} epochs, ${seeds} seeds`,
          columns: ["network", "training loss of the last epoch", "test accuracy"],
          rows: results.map(({ name, loss, accuracy }) => [name, loss, accuracy]),
        },
      ],
      charts: [
        {
          title: "Training loss, mean of ten steps",
          x: { label: "step", values: shallow.curve.map((_, i) => 10 * i) },
          y: { label: "cross-entropy", scale: "logarithmic" },
          series: results.map(({ name, curve }) => ({ label: name, values: curve })),
        },
      ],
      claims: [
        claim("40 plain layers learn their examples worse than 10: loss over loss", deep.loss / shallow.loss, {
          least: 1.1,
        }),
        claim(
          "40 residual layers learn them better than 40 plain ones: loss over loss",
          residualDeep.loss / deep.loss,
          {
            most: 0.8,
          },
        ),
        claim("a residual block whose layers give 0 changes nothing", changeByZeroBlock(), { most: 0 }),
      ],
    };
  },
};

const changeByZeroBlock = (): number => {
  const layer = new Linear(3, 3);
  for (const parameter of layer.parameters()) parameter.set(parameter.toHost().fill(0));
  const x: Tensor = tensor([[1, -2, 3]]);
  return new Residual(layer).forward(x).sub(x).abs().max().itemSync();
};

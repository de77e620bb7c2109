// 4.5: digits that have moved, read by a perceptron and by a convolutional network with a tenth of its weights.
import { Dataset, type ImageColumns, mnist, type Role } from "@agon/data";
import { Conv2d, flatten, globalMaxPool, Linear, MaxPool2d, MLP, Module, relu, Sequential } from "@agon/nn";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { evaluate, accuracy } from "@agon/train";
import { zeros } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

const FARTHEST = 4;
const SIDE = 28;

const perceptron = (): Module => new Sequential(flatten, new MLP(SIDE ** 2, 128, 10));

/** What the last layer sees is how strongly each of 32 patterns of strokes is there, wherever it is. */
const convolutional = (): Module =>
  new Sequential(
    new Conv2d(1, 8, { kernel: 5, padding: 2 }),
    relu,
    new MaxPool2d(2),
    new Conv2d(8, 32, { kernel: 5, padding: 2 }),
    relu,
    globalMaxPool,
    new Linear(32, 10),
  );

export const shiftedDigits: Lab = {
  id: "4.5-shifted-digits",
  section: "4.5",
  title: "Shifted digits: a perceptron, and a convolutional network with a tenth of its weights",
  question:
    "Both learn from digits in the middle of the picture; which of them reads the same digits shifted by up to four pixels?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading MNIST");
    const { train: all, test: centred } = await mnist({ files });
    const full = scale === "full";
    const train = all.slice(0, full ? 20_000 : 4000);
    const [seeds, epochs] = full ? [5, 5] : [1, 4];
    const test = full ? centred : centred.slice(0, 2000);
    const moved = shift(test, seed);
    const arms = [
      { name: "perceptron 784-128-10", build: perceptron },
      { name: "convolutional", build: convolutional },
    ];
    const results: { name: string; parameters: number; still: number; shifted: number }[] = [];
    for (const [i, { name, build }] of arms.entries()) {
      const [still, shifted]: [number[], number[]] = [[], []];
      for (let run = 0; run < seeds; run++) {
        const result = await classify({
          build,
          train,
          test,
          seed: seed + run,
          epochs,
          learningRate: 3e-3,
          onShare: (share) => progress((i * seeds + run + share) / (2 * seeds), `${name}, seed ${run + 1}`),
        });
        still.push(result.accuracy);
        shifted.push((await evaluate(result.model, moved, { accuracy })).accuracy);
      }
      const { parameters } = build().summary(zeros([1, 1, SIDE, SIDE]));
      results.push({ name, parameters, still: mean(still), shifted: mean(shifted) });
    }
    const [flat, convolved] = results;
    return {
      tables: [
        {
          title: `Trained on ${train.length} centred digits, ${epochs} epochs, ${seeds} seeds; mean accuracy on ${test.length} test digits`,
          columns: ["network", "parameters", "centred", `shifted by up to ${FARTHEST} pixels`],
          rows: results.map(({ name, parameters, still, shifted }) => [name, parameters, still, shifted]),
        },
      ],
      charts: [],
      claims: [
        claim(
          "the convolutional network's share of the perceptron's parameters",
          convolved.parameters / flat.parameters,
          {
            most: 0.1,
          },
        ),
        claim("it reads shifted digits better by so many points", 100 * (convolved.shifted - flat.shifted), {
          least: 10,
        }),
      ],
    };
  },
};

type Digits = Dataset<ImageColumns, Role>;

/** Each picture moved by up to four pixels each way; what moves out is lost, what comes in is the background's. */
const shift = (digits: Digits, seed: number): Digits => {
  const random = createRandom(seed).split("shifts");
  const { data, shape } = digits.column("images");
  const moved = data.slice();
  const pixels = SIDE ** 2;
  for (let n = 0; n < digits.length; n++) {
    const picture = data.subarray(n * pixels, (n + 1) * pixels);
    const [down, right] = [random.integer(2 * FARTHEST + 1) - FARTHEST, random.integer(2 * FARTHEST + 1) - FARTHEST];
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const [fromY, fromX] = [y - down, x - right];
        const inside = fromY >= 0 && fromY < SIDE && fromX >= 0 && fromX < SIDE;
        moved[n * pixels + y * SIDE + x] = inside ? picture[fromY * SIDE + fromX] : picture[0];
      }
  }
  return new Dataset({ images: { data: moved, shape }, labels: digits.column("labels") } as ImageColumns);
};

// 2.5: why gradients fade in deep networks, and what keeps them.
import {
  BatchNorm1d,
  heNormal,
  initialise,
  type Layer,
  Linear,
  relu,
  Residual,
  Sequential,
  sigmoid,
  xavierNormal,
} from "@agon/nn";
import { createRandom } from "@agon/random";
import { tensor } from "@agon/tensor";
import { diagnose } from "@agon/train";
import { claim, figureText, type Lab } from "./lab.ts";

const DEPTH = 20;
const WIDTH = 32;

/** One hidden layer, and the initialiser that suits its activation. */
interface Cure {
  readonly name: string;
  readonly layer: () => Layer;
  readonly rule: typeof heNormal;
}

const CURES: readonly Cure[] = [
  { name: "sigmoid", layer: () => new Sequential(new Linear(WIDTH, WIDTH), sigmoid), rule: xavierNormal },
  { name: "ReLU, He", layer: () => new Sequential(new Linear(WIDTH, WIDTH), relu), rule: heNormal },
  {
    name: "sigmoid, batch norm",
    layer: () => new Sequential(new Linear(WIDTH, WIDTH), new BatchNorm1d(WIDTH), sigmoid),
    rule: xavierNormal,
  },
  {
    name: "sigmoid, residual",
    layer: () => new Residual(new Sequential(new Linear(WIDTH, WIDTH), sigmoid)),
    rule: xavierNormal,
  },
];

export const vanishingGradients: Lab = {
  id: "2.5-vanishing-gradients",
  section: "2.5",
  title: "Vanishing gradients, and three cures",
  question:
    "How much of the gradient reaches the first of twenty layers, and what do ReLU with He's weights, batch normalisation and residual connections change?",
  async run({ seed, progress }) {
    const random = createRandom(seed).split("inputs");
    const input = tensor(
      Float32Array.from({ length: 64 * WIDTH }, () => random.normal()),
      { shape: [64, WIDTH] },
    );
    const target = tensor(
      Float32Array.from({ length: 64 }, () => random.normal()),
      { shape: [64, 1] },
    );
    const measured: { name: string; norms: number[]; share: number }[] = [];
    for (const [i, { name, layer, rule }] of CURES.entries()) {
      await progress(i / CURES.length, name);
      const model = new Sequential(...Array.from({ length: DEPTH }, layer), new Linear(WIDTH, 1));
      initialise(model, rule, { random: createRandom(seed).split("weights") });
      const { gradients } = diagnose(model, input, (y) => y.sub(target).square().mean());
      // Of each hidden layer its linear map: "0.0", "1.0", … or "0.layer.0", …
      const norms = gradients.filter(({ name: path }) => /^\d+\.(layer\.)?0$/.test(path)).map(({ norm }) => norm);
      measured.push({ name, norms, share: norms[0] / norms[DEPTH - 1] });
    }
    const [plain, ...cured] = measured;
    return {
      tables: [
        {
          title: `Gradient norms of ${DEPTH} layers of ${WIDTH} units at their start`,
          columns: ["network", "first layer", "last layer", "first/last", "raised by"],
          rows: measured.map(({ name, norms, share }) => [
            name,
            norms[0],
            norms[DEPTH - 1],
            share,
            `${figureText(share / plain.share)}×`,
          ]),
        },
      ],
      charts: [
        {
          title: "Norm of the gradient of each layer's weights",
          x: { label: "layer", values: Array.from({ length: DEPTH }, (_, i) => i + 1) },
          y: { label: "‖∂loss/∂W‖", scale: "logarithmic" },
          series: measured.map(({ name, norms }) => ({ label: name, values: norms })),
        },
      ],
      claims: [
        claim("of twenty sigmoid layers the first gets under a ten-thousandth of the last's gradient", plain.share, {
          most: 1e-4,
        }),
        ...cured.map(({ name, share }) =>
          claim(`${name} raises that share a hundredfold and more`, share / plain.share, { least: 100 }),
        ),
      ],
    };
  },
};

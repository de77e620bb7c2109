// 4.2: what a convolution saves, and what it keeps.
import { Conv2d, withRandom } from "@agon/nn";
import { createRandom } from "@agon/random";
import { grad, tensor, type Tensor, zeros } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** A convolution of square pictures: `side` pixels, `channels` in, `outputs` out, kernels of `kernel`². */
interface Shape {
  readonly name: string;
  readonly side: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
}

const SHAPES: readonly Shape[] = [
  { name: "first of LeNet-5", side: 28, channels: 1, outputs: 6, kernel: 5 },
  { name: "second of LeNet-5", side: 14, channels: 6, outputs: 16, kernel: 5 },
  { name: "3×3 on 32×32 colours", side: 32, channels: 3, outputs: 64, kernel: 3 },
];

/** Parameters of three layers between the same maps: each output sees all, sees a window by weights of its own, shares the window's weights. */
const parametersOf = ({ side, channels, outputs, kernel }: Shape) => {
  const places = (side - kernel + 1) ** 2;
  const window = kernel ** 2 * channels;
  return {
    full: places * outputs * (side ** 2 * channels + 1),
    local: places * outputs * (window + 1),
    shared: window * outputs + outputs,
  };
};

export const convolution: Lab = {
  id: "4.2-convolution",
  section: "4.2",
  title: "Convolution: local, shared, and moving with the picture",
  question:
    "How many parameters do windows save, how many more does sharing them, and what does a convolution make of a picture that has moved?",
  async run({ seed, progress }) {
    await progress(0, "counting");
    const rows = SHAPES.map((shape) => ({ ...shape, ...parametersOf(shape) }));
    const counted = SHAPES.map(({ channels, outputs, kernel, side }) => {
      const layer = new Conv2d(channels, outputs, { kernel });
      return layer.summary(zeros([1, channels, side, side])).parameters;
    });
    await progress(0.5, "moving a picture");
    const layer = withRandom(createRandom(seed), () => new Conv2d(1, 4, { kernel: 3, padding: 1 }));
    const scene = noise(seed, [1, 1, 20, 20]);
    const reached = reach(layer, scene);
    return {
      tables: [
        {
          title: "Parameters between the same maps",
          columns: ["layer", "fully connected", "windows, not shared", "convolution", "full/convolution"],
          rows: rows.map(({ name, full, local, shared }) => [name, full, local, shared, full / shared]),
        },
      ],
      charts: [],
      claims: [
        claim(
          "layers whose parameters are not k·k·C·C' + C'",
          rows.filter(({ shared }, i) => shared !== counted[i]).length,
          { most: 0 },
        ),
        claim("windows alone save at least a factor of", Math.min(...rows.map(({ full, local }) => full / local)), {
          least: 5,
        }),
        claim("sharing saves another", Math.min(...rows.map(({ local, shared }) => local / shared)), { least: 50 }),
        claim("a moved picture gives moved maps, away from the borders: difference", changeByMoving(layer, scene), {
          most: 1e-6,
        }),
        claim("one place of a map sees so many pixels", reached, { least: 9, most: 9 }),
      ],
    };
  },
};

const noise = (seed: number, shape: readonly number[]): Tensor => {
  const random = createRandom(seed).split("scene");
  return tensor(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random.normal()),
    { shape },
  );
};

/** Two pictures of one scene, the second 3 rows and 2 columns further up and left: their maps, where both show the same. */
const changeByMoving = (layer: Conv2d, scene: Tensor): number => {
  const maps = (row: number, column: number): Tensor => layer.forward(scene.narrow(2, row, 16).narrow(3, column, 16));
  const first = maps(0, 0).narrow(2, 4, 10).narrow(3, 3, 10);
  const second = maps(3, 2).narrow(2, 1, 10).narrow(3, 1, 10);
  return first.sub(second).abs().max().itemSync();
};

/** How many pixels have an influence on one place, by the gradient. */
const reach = (layer: Conv2d, scene: Tensor): number => {
  const place = (x: Tensor): Tensor => layer.forward(x).select(3, 10).select(2, 10).square().sum();
  return grad(place)(scene)
    .dataSync()
    .filter((value) => value !== 0).length;
};

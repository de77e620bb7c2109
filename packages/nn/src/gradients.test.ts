// The gradient that comes through each layer to its input, against central differences in float64. Convolutions are one op each, whose
// gradients @agon/tensor checks the same way; gradients by weights are held against PyTorch's in test/parity.
import { createRandom } from "@agon/random";
import { grad, type Tensor, tensor } from "@agon/tensor";
import { expect, test } from "vitest";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  DenseBlock,
  GroupNorm,
  GRU,
  Highway,
  LayerNorm,
  Linear,
  LSTM,
  MaxPool2d,
  MLP,
  MultiheadAttention,
  PReLU,
  Residual,
  RMSNorm,
  RNN,
  SinusoidalPositions,
  tanh,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  withRandom,
} from "./index.ts";

const random = createRandom(5);
const normals = (...shape: number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((n, length) => n * length, 1) }, () => random.normal()),
    { shape },
  );

type Made = (x: Tensor) => Tensor;
const block = { feedForward: 6, dropout: 0 };

const layers: readonly (readonly [name: string, make: () => Made, x: Tensor])[] = [
  ["Linear", () => through(new Linear(3, 4)), normals(2, 3)],
  ["MLP", () => through(new MLP(3, 5, 2, { activation: tanh })), normals(2, 3)],
  ["LayerNorm", () => through(new LayerNorm(4)), normals(3, 4)],
  ["RMSNorm", () => through(new RMSNorm(4)), normals(3, 4)],
  ["GroupNorm", () => through(new GroupNorm(2, 4)), normals(2, 4, 3)],
  ["BatchNorm1d, in evaluation", () => through(new BatchNorm1d(3).eval()), normals(4, 3)],
  ["PReLU", () => through(new PReLU()), normals(2, 3)],
  ["MaxPool2d", () => through(new MaxPool2d(2)), normals(1, 2, 4, 4)],
  ["AvgPool2d", () => through(new AvgPool2d(2)), normals(1, 2, 4, 4)],
  ["AdaptiveAvgPool2d", () => through(new AdaptiveAvgPool2d(2)), normals(1, 2, 3, 5)],
  ["Residual", () => through(new Residual(new Linear(3, 3))), normals(2, 3)],
  ["DenseBlock", () => through(new DenseBlock(new Linear(3, 2), new Linear(5, 2))), normals(2, 3)],
  ["Highway", () => through(new Highway(3)), normals(2, 3)],
  ["SinusoidalPositions", () => through(new SinusoidalPositions(4, 6)), normals(1, 3, 6)],
  ["RNN", () => (x) => rnn.forward(x).output, normals(2, 4, 3)],
  ["LSTM", () => (x) => lstm.forward(x).output, normals(2, 4, 3)],
  ["GRU", () => (x) => gru.forward(x).output, normals(2, 4, 3)],
  ["MultiheadAttention", () => (x) => attention.forward(x, { causal: true }).output, normals(1, 3, 4)],
  ["TransformerEncoderLayer", () => through(new TransformerEncoderLayer(4, 2, block)), normals(1, 3, 4)],
  ["TransformerDecoderLayer", () => (x) => decoder.forward(x, x), normals(1, 3, 4)],
];

const through =
  (module: { forward(x: Tensor): Tensor }): Made =>
  (x) =>
    module.forward(x);
const [rnn, lstm, gru, attention, decoder] = withRandom(
  createRandom(6),
  () =>
    [
      new RNN(3, 4),
      new LSTM(3, 4),
      new GRU(3, 4, { bidirectional: true }),
      new MultiheadAttention(4, 2),
      new TransformerDecoderLayer(4, 2, block),
    ] as const,
);

test.each(layers)("%s", (_, make, x) => {
  const layer = withRandom(createRandom(7), make);
  const loss = (input: Tensor): Tensor => {
    const output = layer(input);
    expect(output.dtype).toBe("float64");
    return output.square().sum().mul(0.5).add(output.sum());
  };
  const exact = grad(loss)(x).dataSync();
  const values = x.dataSync();
  values.forEach((_value, i) => {
    const at = (nudge: number): number => {
      const moved = Float64Array.from(values, (value, k) => (k === i ? value + nudge : value));
      return loss(tensor(moved, { shape: x.shape })).itemSync();
    };
    const wanted = (at(1e-5) - at(-1e-5)) / 2e-5;
    expect(Math.abs(exact[i] - wanted), `element ${i}: ${exact[i]} against ${wanted}`).toBeLessThan(
      1e-5 * (1 + Math.abs(wanted)),
    );
  });
});

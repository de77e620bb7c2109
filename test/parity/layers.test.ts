// Layers with PyTorch's weights: values, statistics afterwards, gradients with respect to inputs and weights.
import {
  type AnyModule,
  BasicBlock,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  Embedding,
  globalAvgPool,
  LayerNorm,
  Linear,
  MaxPool2d,
  MLP,
  Module,
  PReLU,
  relu,
  SinusoidalPositions,
  sinusoidalPositions,
  tanh,
} from "@agon/nn";
import type { Tensor } from "@agon/tensor";
import { check, checkModule, describeOnBackends, type Params } from "./differentiated.ts";
import type { Adapter } from "./fixtures.ts";

const number = (params: Params, name: string): number => {
  if (typeof params[name] !== "number") throw new Error(`layers: the case has no number "${name}".`);
  return params[name];
};

/** A module of one tensor, the case's only input. */
const layer = (build: (params: Params) => Module): Adapter =>
  checkModule(build, (module, inputs) => {
    const [input, ...rest] = Object.values(inputs);
    if (rest.length > 0) throw new Error(`layers: expected one input, got ${Object.keys(inputs).join(", ")}.`);
    return { out: module.forward(input) };
  });

const inMode = <M extends AnyModule>(module: M, params: Params): M =>
  (module as M & Module).train(params.training === true);

const window = (params: Params) => ({
  kernel: number(params, "kernel_size"),
  stride: number(params, "stride"),
  padding: number(params, "padding"),
});

const norm = ({ eps, momentum }: Params) => ({ epsilon: eps as number, momentum: momentum as number });

/** The network of the case "small_cnn". */
class SmallCNN extends Module {
  conv1 = new Conv2d(1, 4, { kernel: 3, padding: 1 });
  pool = new MaxPool2d(2);
  conv2 = new Conv2d(4, 6, { kernel: 3, stride: 2 });
  fc = new Linear(6, 10);
  forward(x: Tensor): Tensor {
    const first = this.pool.forward(relu(this.conv1.forward(x)));
    return this.fc.forward(globalAvgPool(relu(this.conv2.forward(first))));
  }
}

describeOnBackends("layers_basic", {
  Linear: layer((p) => new Linear(number(p, "in_features"), number(p, "out_features"), { bias: p.bias as boolean })),
  Embedding: layer((p) => {
    const paddingIndex = p.padding_idx as number | undefined;
    return new Embedding(number(p, "num_embeddings"), number(p, "embedding_dim"), { paddingIndex });
  }),
  LayerNorm: layer((p) => new LayerNorm(p.normalized_shape as number[], { epsilon: number(p, "eps") })),
  BatchNorm1d: layer((p) => inMode(new BatchNorm1d(number(p, "num_features"), norm(p)), p)),
  BatchNorm2d: layer((p) => inMode(new BatchNorm2d(number(p, "num_features"), norm(p)), p)),
  Conv1d: layer((p) => new Conv1d(number(p, "in_channels"), number(p, "out_channels"), window(p))),
  Conv2d: layer((p) => new Conv2d(number(p, "in_channels"), number(p, "out_channels"), window(p))),
  ConvTranspose2d: layer((p) => new ConvTranspose2d(number(p, "in_channels"), number(p, "out_channels"), window(p))),
  PReLU: layer((p) => new PReLU({ parameters: number(p, "num_parameters") })),
  MLP: layer((p) => new MLP(...(p.sizes as number[]), { activation: { relu, tanh }[p.activation as "relu" | "tanh"] })),
  SmallCNN: layer(() => new SmallCNN()),
  SinusoidalPositionalEncoding: check(({ x }, p) => {
    const [length, width, base] = [number(p, "length"), number(p, "d_model"), number(p, "base")];
    return {
      pe: sinusoidalPositions(length, width, { base, dtype: "float64" }),
      x_plus_pe: new SinusoidalPositions(length, width, { base }).forward(x),
    };
  }),
});

describeOnBackends("layers_resblock", {
  BasicBlock: layer((p) =>
    inMode(new BasicBlock(number(p, "in_channels"), number(p, "out_channels"), { stride: number(p, "stride") }), p),
  ),
});

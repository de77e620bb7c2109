// The training steps of agon, by its public API alone.
import {
  BasicBlock,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Embedding,
  flatten,
  gelu,
  globalAvgPool,
  huber,
  Linear,
  LSTM,
  MaxPool2d,
  MLP,
  Module,
  mse,
  parameter,
  relu,
  Sequential,
  tanh,
  TransformerEncoder,
} from "@agon/nn";
import { Adam } from "@agon/optim";
import { compile, type Parameter, type Tensor, tensor } from "@agon/tensor";
import { integers, normals } from "../inputs.ts";
import {
  gpt,
  gptOther,
  type GptSizes,
  leNet,
  leNetFeatures,
  leNetOther,
  type LeNetSizes,
  lstm,
  lstmOther,
  type LstmSizes,
  mlpB1,
  mlpB2,
  mlpOther,
  type MlpSizes,
  resNet,
  resNetOther,
  type ResNetSizes,
} from "../nets.ts";
import { checkFell, type Prepared } from "./contestant.ts";

interface Training {
  readonly model: Module;
  readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly input: Tensor;
  readonly target: Tensor;
}

const trainingStep = ({ model, loss, input, target }: Training): Prepared => {
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => loss(model.forward(x), y)));
  const bound = step.bind(input, target);
  bound.run();
  const first = bound.outputs[0][0];
  return {
    run: bound.run,
    profile: bound.profile,
    outcome: () => Float32Array.from(model.parameters().flatMap((parameter) => [...parameter.toHost()])),
    check: () => checkFell(first, bound.outputs[0][0]),
  };
};

const normalTensor = (name: string, shape: readonly number[]): Tensor =>
  tensor(
    normals(
      name,
      shape.reduce((n, length) => n * length, 1),
    ),
    { shape },
  );

/** Random classes, one for each row of logits. */
const classes = (rows: number, count: number): Tensor => tensor(integers("classes", rows, count));

const regression = ({ widths, batch }: MlpSizes, activation: typeof relu, loss: Training["loss"]): Prepared =>
  trainingStep({
    model: new MLP(...widths, { activation }),
    loss,
    input: normalTensor("input", [batch, widths[0]]),
    target: normalTensor("target", [batch, widths[widths.length - 1]]),
  });

const classification = ({ widths, batch }: MlpSizes): Prepared =>
  trainingStep({
    model: new MLP(...widths),
    loss: crossEntropy,
    input: normalTensor("input", [batch, widths[0]]),
    target: classes(batch, widths[widths.length - 1]),
  });

const leNetStep = (sizes: LeNetSizes): Prepared => {
  const { batch, channels, side, convolutions, widths } = sizes;
  const [c1, c2] = convolutions;
  return trainingStep({
    model: new Sequential(
      new Conv2d(channels, c1.outputs, { kernel: c1.kernel, padding: c1.kernel >> 1 }),
      relu,
      new MaxPool2d(2),
      new Conv2d(c1.outputs, c2.outputs, { kernel: c2.kernel }),
      relu,
      new MaxPool2d(2),
      flatten,
      new MLP(leNetFeatures(sizes), ...widths),
    ),
    loss: crossEntropy,
    input: normalTensor("input", [batch, channels, side, side]),
    target: classes(batch, widths[widths.length - 1]),
  });
};

class SequenceClassifier extends Module {
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor({ inputs, hidden, classes }: LstmSizes) {
    super();
    this.lstm = new LSTM(inputs, hidden);
    this.head = new Linear(hidden, classes);
  }

  forward(x: Tensor): Tensor {
    const { hidden } = this.lstm.forward(x); // [1, batch, hidden]
    return this.head.forward(hidden.select(0, 0));
  }
}

const lstmStep = (sizes: LstmSizes): Prepared =>
  trainingStep({
    model: new SequenceClassifier(sizes),
    loss: crossEntropy,
    input: normalTensor("input", [sizes.batch, sizes.steps, sizes.inputs]),
    target: classes(sizes.batch, sizes.classes),
  });

class LanguageModel extends Module {
  readonly tokens: Embedding;
  readonly positions: Parameter;
  readonly body: TransformerEncoder;
  readonly head: Linear;

  constructor({ context, vocabulary, width, heads, layers }: GptSizes) {
    super();
    this.tokens = new Embedding(vocabulary, width);
    this.positions = parameter(normals("positions", context * width, 0.02), [context, width]);
    const activation = (x: Tensor): Tensor => gelu(x, "tanh");
    this.body = new TransformerEncoder(width, heads, { layers, activation, normFirst: true, dropout: 0 });
    this.head = new Linear(width, vocabulary, { bias: false });
  }

  forward(tokens: Tensor): Tensor {
    const x = this.tokens.forward(tokens).add(this.positions.value); // [batch, context, width]
    return this.head.forward(this.body.forward(x, { causal: true })).flatten(0, 1); // [batch·context, vocabulary]
  }
}

const gptStep = (sizes: GptSizes): Prepared => {
  const { batch, context, vocabulary } = sizes;
  return trainingStep({
    model: new LanguageModel(sizes),
    loss: crossEntropy,
    input: tensor(integers("tokens", batch * context, vocabulary), { shape: [batch, context] }),
    target: classes(batch * context, vocabulary),
  });
};

const resNetStep = ({ batch, channels, side, widths, classes: count }: ResNetSizes): Prepared =>
  trainingStep({
    model: new Sequential(
      new Conv2d(channels, widths[0], { kernel: 3, padding: 1, bias: false }),
      new BatchNorm2d(widths[0]),
      relu,
      ...widths.map((outputs, i) => new BasicBlock(widths[Math.max(0, i - 1)], outputs, { stride: i === 0 ? 1 : 2 })),
      globalAvgPool,
      new Linear(widths[widths.length - 1], count),
    ),
    loss: crossEntropy,
    input: normalTensor("input", [batch, channels, side, side]),
    target: classes(batch, count),
  });

export const trainingSteps: Readonly<Record<string, () => Prepared>> = {
  B1: () => regression(mlpB1, relu, mse),
  "B1-other": () => regression(mlpOther, tanh, huber),
  B2: () => classification(mlpB2),
  D: () => leNetStep(leNet),
  "D-other": () => leNetStep(leNetOther),
  E: () => lstmStep(lstm),
  "E-other": () => lstmStep(lstmOther),
  F: () => gptStep(gpt),
  "F-other": () => gptStep(gptOther),
  G: () => resNetStep(resNet),
  "G-other": () => resNetStep(resNetOther),
};

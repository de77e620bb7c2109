// The nets whose training steps are timed, each with another of its kind in other sizes, and the floating-point operations of their matrix products.

/** Linear layers between the widths, an activation after all but the last. */
export interface MlpSizes {
  readonly widths: readonly number[];
  readonly batch: number;
}

/** LeNet-5's form (LeCun et al. 1998): two convolutions, each with ReLU and max pooling by 2, then linear layers with ReLU between. */
export interface LeNetSizes {
  readonly batch: number;
  readonly channels: number;
  /** Height and width of the images. */
  readonly side: number;
  /** The first convolution keeps the image's size by padding; the second has no padding. */
  readonly convolutions: readonly [ConvolutionSizes, ConvolutionSizes];
  /** Of the linear layers; the last one is the number of classes. */
  readonly widths: readonly number[];
}

export interface ConvolutionSizes {
  readonly outputs: number;
  readonly kernel: number;
}

/** One LSTM layer, whose last hidden state a linear layer reads. */
export interface LstmSizes {
  readonly batch: number;
  readonly steps: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
}

/**
 * A pre-norm Transformer decoder (Radford et al. 2019): learned positions, feed-forward width 4·width with GELU (tanh), a final norm, a head
 * of its own weights without bias, no dropout.
 */
export interface GptSizes {
  readonly batch: number;
  /** Tokens in a sequence. */
  readonly context: number;
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/**
 * A residual net (He et al. 2016): a 3×3 convolution with batch norm and ReLU to the first width, one basic block for each width, from the
 * second on with stride 2 and a 1×1 convolution as shortcut, then the mean over positions and a linear layer.
 */
export interface ResNetSizes {
  readonly batch: number;
  readonly channels: number;
  readonly side: number;
  readonly widths: readonly number[];
  readonly classes: number;
}

export const mlpB1: MlpSizes = { widths: [4, 64, 64, 2], batch: 64 };
/** Differs from B1 in activation and loss too. */
export const mlpOther: MlpSizes = { widths: [6, 80, 48, 3], batch: 56 };
export const mlpB2: MlpSizes = { widths: [784, 256, 128, 10], batch: 64 };

export const leNet: LeNetSizes = {
  batch: 64,
  channels: 1,
  side: 28,
  convolutions: [
    { outputs: 6, kernel: 5 },
    { outputs: 16, kernel: 5 },
  ],
  widths: [120, 84, 10],
};
export const leNetOther: LeNetSizes = {
  batch: 40,
  channels: 3,
  side: 32,
  convolutions: [
    { outputs: 8, kernel: 5 },
    { outputs: 20, kernel: 3 },
  ],
  widths: [96, 48, 7],
};

export const lstm: LstmSizes = { batch: 32, steps: 50, inputs: 32, hidden: 128, classes: 10 };
export const lstmOther: LstmSizes = { batch: 40, steps: 36, inputs: 24, hidden: 96, classes: 5 };

export const gpt: GptSizes = { batch: 16, context: 64, vocabulary: 65, width: 128, heads: 4, layers: 4 };
export const gptOther: GptSizes = { batch: 12, context: 48, vocabulary: 81, width: 96, heads: 3, layers: 3 };

export const resNet: ResNetSizes = { batch: 32, channels: 3, side: 32, widths: [16, 32, 64], classes: 10 };
export const resNetOther: ResNetSizes = { batch: 24, channels: 3, side: 24, widths: [12, 28, 40], classes: 7 };

/** What the linear layers of a LeNet read: channels, height and width of the last images, multiplied. */
export const leNetFeatures = ({ side, convolutions: [, second] }: LeNetSizes): number =>
  second.outputs * Math.floor((side / 2 - second.kernel + 1) / 2) ** 2;

/** Operations of a training step: as many as forward for the weights' gradients, and again for the inputs' of all layers but the first. */
const training = (forward: number, first: number): number => 3 * forward - first;

const linear = (rows: number, widths: readonly number[]): number =>
  widths.slice(1).reduce((sum, outputs, i) => sum + 2 * rows * widths[i] * outputs, 0);

const convolution = (positions: number, channels: number, { outputs, kernel }: ConvolutionSizes): number =>
  2 * positions * outputs * channels * kernel ** 2;

export const mlpForward = ({ widths, batch }: MlpSizes): number => linear(batch, widths);

export const mlpOperations = (net: MlpSizes): number =>
  training(mlpForward(net), linear(net.batch, net.widths.slice(0, 2)));

export const leNetOperations = (net: LeNetSizes): number => {
  const { batch, channels, side, convolutions, widths } = net;
  const [c1, c2] = convolutions;
  const first = convolution(batch * side ** 2, channels, c1);
  const second = convolution(batch * (side / 2 - c2.kernel + 1) ** 2, c1.outputs, c2);
  return training(first + second + linear(batch, [leNetFeatures(net), ...widths]), first);
};

export const lstmOperations = ({ batch, steps, inputs, hidden, classes }: LstmSizes): number => {
  const first = linear(batch * steps, [inputs, 4 * hidden]);
  return training(first + linear(batch * steps, [hidden, 4 * hidden]) + linear(batch, [hidden, classes]), first);
};

export const gptOperations = ({ batch, context, vocabulary, width, layers }: GptSizes): number => {
  const tokens = batch * context;
  const attention = 2 * linear(tokens, [width, context]); // queries by keys, and weights by values
  const block = linear(tokens, [width, 3 * width]) + attention + linear(tokens, [width, width, 4 * width, width]);
  return training(layers * block + linear(tokens, [width, vocabulary]), 0);
};

export const resNetOperations = ({ batch, channels, side, widths, classes }: ResNetSizes): number => {
  const first = convolution(batch * side ** 2, channels, { outputs: widths[0], kernel: 3 });
  const blocks = widths.map((outputs, i) => {
    const positions = batch * (side / 2 ** i) ** 2;
    const inputs = widths[Math.max(0, i - 1)];
    const shortcut = i === 0 ? 0 : convolution(positions, inputs, { outputs, kernel: 1 });
    return shortcut + [inputs, outputs].reduce((sum, c) => sum + convolution(positions, c, { outputs, kernel: 3 }), 0);
  });
  const forward =
    blocks.reduce((sum, block) => sum + block, first) + linear(batch, [widths[widths.length - 1], classes]);
  return training(forward, first);
};

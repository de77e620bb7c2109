// DenseNet-BC (Huang, Liu, van der Maaten & Weinberger 2017): each layer sees the maps of all before it in its block. As in the paper's table 1 for
// ImageNet, with dropout left out; parameters are named as torchvision's, so that its weights load.
import {
  applyLayer,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  globalAvgPool,
  type Layer,
  Linear,
  MaxPool2d,
  Module,
  relu,
} from "@agon/nn";
import { concat, type Tensor } from "@agon/tensor";

export interface DenseNetOptions {
  /** Maps that a layer adds, the paper's k. Default 32. */
  readonly growth?: number;
  /** Layers of each block. Default 6, 12, 24, 16: DenseNet-121. */
  readonly blocks?: readonly number[];
  /** Maps of the first convolution. Default 64. */
  readonly initial?: number;
  /** Default 1000. */
  readonly classes?: number;
}

type Parts = readonly (readonly [name: string, part: Layer])[];

/** Layers one after the other, each with a name. */
class Chain extends Module {
  static readonly kind: string = "Chain";
  private readonly chain: Parts;

  constructor(chain: Parts) {
    super();
    this.chain = chain;
  }

  override parts(): Parts {
    return this.chain;
  }

  forward(x: Tensor): Tensor {
    return this.chain.reduce((value, [, part]) => applyLayer(part, value), x);
  }
}

/** BN, ReLU, 1×1 to 4k maps, BN, ReLU, 3×3 to k maps, which join those that came in: [batch, inputs + k, height, width]. */
class DenseLayer extends Module {
  static readonly kind: string = "DenseLayer";
  readonly norm1: BatchNorm2d;
  readonly conv1: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly conv2: Conv2d;

  constructor(inputs: number, growth: number) {
    super();
    this.norm1 = new BatchNorm2d(inputs);
    this.conv1 = new Conv2d(inputs, 4 * growth, { kernel: 1, bias: false });
    this.norm2 = new BatchNorm2d(4 * growth);
    this.conv2 = new Conv2d(4 * growth, growth, { kernel: 3, padding: 1, bias: false });
  }

  forward(x: Tensor): Tensor {
    const narrow = this.conv1.forward(relu(this.norm1.forward(x))); // [batch, 4k, height, width]
    return concat([x, this.conv2.forward(relu(this.norm2.forward(narrow)))], 1);
  }
}

/** Between blocks: half the maps, half the height and width. */
class Transition extends Module {
  static readonly kind: string = "Transition";
  readonly norm: BatchNorm2d;
  readonly conv: Conv2d;
  readonly pool = new AvgPool2d(2);

  constructor(inputs: number) {
    super();
    this.norm = new BatchNorm2d(inputs);
    this.conv = new Conv2d(inputs, Math.floor(inputs / 2), { kernel: 1, bias: false });
  }

  forward(x: Tensor): Tensor {
    return this.pool.forward(this.conv.forward(relu(this.norm.forward(x))));
  }
}

/**
 * Colour images of [batch, 3, height, width] to logits; DenseNet-121, 7 978 856 parameters, of 224 × 224:
 *
 * | layer | makes |
 * |---|---|
 * | conv 7×7 of stride 2; max pool 3×3 of stride 2 | [batch, 64, 56, 56] |
 * | block of 6; transition | [batch, 128, 28, 28] |
 * | block of 12; transition | [batch, 256, 14, 14] |
 * | block of 24; transition | [batch, 512, 7, 7] |
 * | block of 16 | [batch, 1024, 7, 7] |
 * | mean over the places; linear | [batch, 1000] |
 */
export class DenseNet extends Module {
  static readonly kind: string = "DenseNet";
  readonly features: Module;
  readonly classifier: Linear;

  constructor({ growth = 32, blocks = [6, 12, 24, 16], initial = 64, classes = 1000 }: DenseNetOptions = {}) {
    super();
    let maps = initial;
    const body = blocks.flatMap((layers, b): Parts => {
      const first = maps;
      maps += layers * growth;
      const block = new Chain(
        Array.from({ length: layers }, (_, i) => [`denselayer${i + 1}`, new DenseLayer(first + i * growth, growth)]),
      );
      if (b === blocks.length - 1) return [[`denseblock${b + 1}`, block]];
      const transition = new Transition(maps);
      maps = Math.floor(maps / 2);
      return [
        [`denseblock${b + 1}`, block],
        [`transition${b + 1}`, transition],
      ];
    });
    this.features = new Chain([
      ["conv0", new Conv2d(3, initial, { kernel: 7, stride: 2, padding: 3, bias: false })],
      ["norm0", new BatchNorm2d(initial)],
      ["relu0", relu],
      ["pool0", new MaxPool2d(3, { stride: 2, padding: 1 })],
      ...body,
      ["norm5", new BatchNorm2d(maps)],
    ]);
    this.classifier = new Linear(maps, classes);
  }

  forward(images: Tensor): Tensor {
    return this.classifier.forward(globalAvgPool(relu(this.features.forward(images))));
  }
}

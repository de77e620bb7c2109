// ResNet of bottlenecks (He, Zhang, Ren & Sun 2016, table 1 and fig. 5 right): what goes into a block is added to what the block makes of it. As is usual
// today, the stride of a block is in its 3×3 convolution, not in the first; parameters are named as torchvision's, so that its weights load.
import { BatchNorm2d, Conv2d, globalAvgPool, Linear, Module, relu, Sequential } from "@agon/nn";
import { maxPool2d, type Tensor } from "@agon/tensor";

export interface ResNetOptions {
  /** Blocks of each stage. Default 3, 4, 6, 3: ResNet-50; 3, 4, 23, 3 make ResNet-101, 3, 8, 36, 3 ResNet-152. */
  readonly blocks?: readonly number[];
  /** Maps within the blocks of the first stage; twice as many in each next one. Default 64. */
  readonly width?: number;
  /** Default 1000. */
  readonly classes?: number;
}

/** Maps that leave a bottleneck for each within it. */
const EXPANSION = 4;

/** relu(bn(1×1) ∘ relu(bn(3×3)) ∘ relu(bn(1×1)) + x): [batch, inputs, height, width] → [batch, 4·width, height/stride, width/stride]. */
class Bottleneck extends Module {
  static readonly kind: string = "Bottleneck";
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  /** The way around, where the block changes the shape. */
  readonly downsample: Sequential | null;

  constructor(inputs: number, width: number, stride: number) {
    super();
    const outputs = EXPANSION * width;
    this.conv1 = new Conv2d(inputs, width, { kernel: 1, bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = new Conv2d(width, width, { kernel: 3, stride, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = new Conv2d(width, outputs, { kernel: 1, bias: false });
    this.bn3 = new BatchNorm2d(outputs);
    this.downsample =
      stride === 1 && inputs === outputs
        ? null
        : new Sequential(new Conv2d(inputs, outputs, { kernel: 1, stride, bias: false }), new BatchNorm2d(outputs));
  }

  forward(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x))); // [batch, width, height, width]
    const seen = relu(this.bn2.forward(this.conv2.forward(narrow)));
    return relu(this.bn3.forward(this.conv3.forward(seen)).add(this.downsample?.forward(x) ?? x));
  }
}

/**
 * Colour images of [batch, 3, height, width] to logits; ResNet-50, 25 557 032 parameters, of 224 × 224:
 *
 * | layer | makes |
 * |---|---|
 * | conv 7×7 of stride 2; max pool 3×3 of stride 2 | [batch, 64, 56, 56] |
 * | layer1: 3 blocks | [batch, 256, 56, 56] |
 * | layer2: 4 blocks, the first of stride 2 | [batch, 512, 28, 28] |
 * | layer3: 6 blocks, the first of stride 2 | [batch, 1024, 14, 14] |
 * | layer4: 3 blocks, the first of stride 2 | [batch, 2048, 7, 7] |
 * | mean over the places; linear | [batch, 1000] |
 */
export class ResNet extends Module {
  static readonly kind: string = "ResNet";
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly stages: readonly Sequential[];
  readonly fc: Linear;

  constructor({ blocks = [3, 4, 6, 3], width = 64, classes = 1000 }: ResNetOptions = {}) {
    super();
    this.conv1 = new Conv2d(3, width, { kernel: 7, stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(width);
    let maps = width;
    this.stages = blocks.map((count, s) => {
      const within = width * 2 ** s;
      const stage = Array.from({ length: count }, (_, i) => {
        const block = new Bottleneck(maps, within, s > 0 && i === 0 ? 2 : 1);
        maps = EXPANSION * within;
        return block;
      });
      return new Sequential(...stage);
    });
    this.fc = new Linear(maps, classes);
  }

  override parts(): readonly (readonly [name: string, part: unknown])[] {
    const stages = this.stages.map((stage, s) => [`layer${s + 1}`, stage] as const);
    return [["conv1", this.conv1], ["bn1", this.bn1], ...stages, ["fc", this.fc]];
  }

  forward(images: Tensor): Tensor {
    const first = relu(this.bn1.forward(this.conv1.forward(images)));
    const pooled = maxPool2d(first, 3, { stride: 2, padding: 1 });
    return this.fc.forward(globalAvgPool(this.stages.reduce((x, stage) => stage.forward(x), pooled)));
  }
}

// Blocks with a way around: what goes in also arrives beside what the layers made of it.
import { concat, ShapeError, type Tensor } from "@agon/tensor";
import { relu, sigmoid } from "../activations.ts";
import { applyLayer, type Layer, Module } from "../module.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import { Conv2d } from "./convolution.ts";
import { Linear } from "./linear.ts";
import { Sequential } from "./sequential.ts";

/** x + f(x) (He et al. 2016, eq. 1), or shortcut(x) + f(x) where f changes the shape. */
export class Residual extends Module {
  static readonly kind: string = "Residual";
  readonly layer: Layer;
  readonly shortcut: Layer | null;

  constructor(layer: Layer, shortcut: Layer | null = null) {
    super();
    this.layer = layer;
    this.shortcut = shortcut;
  }

  forward(x: Tensor): Tensor {
    const made = applyLayer(this.layer, x);
    const kept = this.shortcut ? applyLayer(this.shortcut, x) : x;
    if (made.shape.join() !== kept.shape.join())
      throw new ShapeError(
        `Residual: the layer makes [${made.shape.join(", ")}] of [${x.shape.join(", ")}], the way around [${kept.shape.join(", ")}]; give a shortcut.`,
      );
    return made.add(kept);
  }
}

/** Each layer sees the channels of all before: xₗ = fₗ([x₀, …, xₗ₋₁]) along dim 1; out come all of them (Huang et al. 2017, eq. 2). */
export class DenseBlock extends Module {
  static readonly kind: string = "DenseBlock";
  readonly layers: readonly Layer[];

  constructor(...layers: readonly Layer[]) {
    super();
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((seen, layer) => concat([seen, applyLayer(layer, seen)], 1), x);
  }
}

/** t·relu(Wx + b) + (1 − t)·x with the gate t = σ(W'x + b'), which starts nearly shut (Srivastava, Greff & Schmidhuber 2015, eq. 3). x: […, width]. */
export class Highway extends Module {
  static readonly kind: string = "Highway";
  readonly transform: Linear;
  readonly gate: Linear;

  constructor(width: number, { gateBias = -2 }: { readonly gateBias?: number } = {}) {
    super();
    this.transform = new Linear(width, width);
    this.gate = new Linear(width, width);
    this.gate.bias?.set(new Float32Array(width).fill(gateBias));
  }

  forward(x: Tensor): Tensor {
    const open = sigmoid(this.gate.forward(x));
    return open.mul(relu(this.transform.forward(x)).sub(x)).add(x);
  }
}

/**
 * The basic block of ResNets: relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), 3×3 convolutions without bias (He et al. 2016, fig. 5 left).
 * x: [batch, channels, height, width] → [batch, outputs, height/stride, width/stride]; the shortcut is a 1×1 convolution where the shape changes.
 */
export class BasicBlock extends Module {
  static readonly kind: string = "BasicBlock";
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly shortcut: Sequential | null;

  constructor(channels: number, outputs: number, { stride = 1 }: { readonly stride?: number } = {}) {
    super();
    this.conv1 = new Conv2d(channels, outputs, { kernel: 3, stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(outputs);
    this.conv2 = new Conv2d(outputs, outputs, { kernel: 3, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outputs);
    this.shortcut =
      stride === 1 && channels === outputs
        ? null
        : new Sequential(new Conv2d(channels, outputs, { kernel: 1, stride, bias: false }), new BatchNorm2d(outputs));
  }

  forward(x: Tensor): Tensor {
    const inner = relu(this.bn1.forward(this.conv1.forward(x)));
    const made = this.bn2.forward(this.conv2.forward(inner));
    return relu(made.add(this.shortcut ? this.shortcut.forward(x) : x));
  }
}

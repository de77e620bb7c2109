// Layers one after the other, and the multilayer perceptron made of them.
import type { Tensor } from "@agon/tensor";
import { relu } from "../activations.ts";
import { Linear } from "./linear.ts";
import { applyLayer, type Layer, Module } from "../module.ts";

/** f(x) = lₙ(…l₂(l₁(x))). Its parts are named by their numbers, as PyTorch's: "0.weight". */
export class Sequential extends Module {
  static readonly kind: string = "Sequential";
  readonly layers: readonly Layer[];

  constructor(...layers: readonly Layer[]) {
    super();
    this.layers = layers;
  }

  override parts(): readonly (readonly [name: string, part: unknown])[] {
    return Object.entries(this.layers);
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((value, layer) => applyLayer(layer, value), x);
  }
}

/** Linear layers of the given widths with an activation between them; the last is linear. new MLP(4, 64, 64, 2) */
export class MLP extends Module {
  static readonly kind: string = "MLP";
  readonly layers: readonly Linear[];
  private readonly activation: (x: Tensor) => Tensor;

  constructor(...widths: readonly number[] | [...number[], { readonly activation?: (x: Tensor) => Tensor }]) {
    super();
    const last = widths[widths.length - 1];
    const options = typeof last === "object" ? last : {};
    const sizes = widths.filter((width): width is number => typeof width === "number");
    if (sizes.length < 2)
      throw new Error(`MLP: expects at least an input and an output width, got [${sizes.join(", ")}].`);
    this.activation = options.activation ?? relu;
    this.layers = sizes.slice(1).map((size, i) => new Linear(sizes[i], size));
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((value, layer, i) => layer.forward(i === 0 ? value : this.activation(value)), x);
  }
}

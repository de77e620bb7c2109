// The embedding layer: a table of vectors.
import { embedding, type Parameter, type Tensor } from "@agon/tensor";
import { initialRandom } from "../initialise.ts";
import { Module, parameter } from "../module.ts";

export interface EmbeddingOptions {
  /** The row of this number starts at 0 and is never trained: padding. */
  readonly paddingIndex?: number;
}

/** Row weight[i] for each number i. x: int32 […] → […, width]; weight: [entries, width], normal at first, as PyTorch's. */
export class Embedding extends Module {
  static readonly kind: string = "Embedding";
  readonly weight: Parameter;
  private readonly options: EmbeddingOptions;

  constructor(entries: number, width: number, options: EmbeddingOptions = {}) {
    super();
    const random = initialRandom();
    const values = Float32Array.from({ length: entries * width }, () => random.normal());
    const { paddingIndex } = options;
    if (paddingIndex !== undefined) values.fill(0, paddingIndex * width, (paddingIndex + 1) * width);
    this.weight = parameter(values, [entries, width]);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return embedding(this.weight.value, x, this.options);
  }
}

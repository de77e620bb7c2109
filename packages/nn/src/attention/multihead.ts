// Attention with several heads, each of which looks for something of its own.
import { Parameter, ShapeError, type Tensor, zeros } from "@agon/tensor";
import { xavierUniform } from "../initialise.ts";
import { Dropout } from "../layers/dropout.ts";
import { Linear } from "../layers/linear.ts";
import { Module, parameter, productFlops } from "../module.ts";
import type { KeyValueCache } from "./key-value-cache.ts";
import { scaledDotProductAttention } from "./scaled-dot-product.ts";

export interface MultiheadOptions {
  /** Adds numbers to projections; default true. */
  readonly bias?: boolean;
  /** Share of the weights dropped in training; default 0. */
  readonly dropout?: number;
}

/** What queries may look at. */
export interface AttentionMasks {
  /** Where a query may look at a key: bool [queries, keys], [batch, queries, keys] or [batch, heads, queries, keys]. Default everywhere. */
  readonly mask?: Tensor;
  /** Which keys are there, others being padding: bool [batch, keys]. Default all. */
  readonly keyMask?: Tensor;
  /** Each query may look at keys up to its own place only. Default false. */
  readonly causal?: boolean;
}

export interface MultiheadInput extends AttentionMasks {
  /** What is looked at, [batch, keys, width]; default the queries: self-attention. */
  readonly key?: Tensor;
  /** What is averaged, [batch, keys, width]; default the keys. */
  readonly value?: Tensor;
  /** Appends keys and values to those of the steps before, and looks at all of them, causally. Self-attention alone. */
  readonly cache?: KeyValueCache;
}

export interface MultiheadOutput {
  /** [batch, queries, width] */
  readonly output: Tensor;
  /** How much each query looked at each key, by head: [batch, heads, queries, keys]. */
  readonly weights: Tensor;
}

/**
 * Multi-head attention (Vaswani et al. 2017, sec. 3.2.2). in_proj_weight: [3·width, width], the rows of queries, keys and values one below the
 * other; out_proj: Linear. Queries: [batch, queries, width]. Masks say where to look: true is yes (PyTorch's module has it the other way around).
 */
export class MultiheadAttention extends Module<[query: Tensor, input?: MultiheadInput], MultiheadOutput> {
  static readonly kind: string = "MultiheadAttention";
  readonly inProjWeight: Parameter;
  readonly inProjBias: Parameter | null;
  readonly outProj: Linear;
  readonly dropout: Dropout | null;
  readonly heads: number;
  private readonly width: number;

  constructor(width: number, heads: number, { bias = true, dropout = 0 }: MultiheadOptions = {}) {
    super();
    if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0)
      throw new RangeError(`MultiheadAttention: width ${width} does not fall into ${heads} heads.`);
    this.width = width;
    this.heads = heads;
    this.inProjWeight = parameter(xavierUniform([3 * width, width]), [3 * width, width]);
    this.inProjBias = bias ? new Parameter(zeros([3 * width])) : null;
    this.outProj = new Linear(width, width, { bias });
    this.outProj.bias?.set(new Float32Array(width));
    this.dropout = dropout === 0 ? null : new Dropout(dropout);
  }

  forward(query: Tensor, { key = query, value = key, cache, ...masks }: MultiheadInput = {}): MultiheadOutput {
    this.requireFit(query, key, value);
    const [batch, queries] = query.shape;
    const [q, k, v] = [query, key, value].map((x, i) => this.project(x, i)); // [batch, heads, time, width of a head]
    const { dropout } = this;
    const onWeights = dropout ? (weights: Tensor): Tensor => dropout.forward(weights) : undefined;
    const join = (x: Tensor): Tensor =>
      this.outProj.forward(x.permute([0, 2, 1, 3]).reshape([batch, queries, this.width]));
    if (!cache) {
      const mask = combined(masks, batch, queries, key.shape[1]);
      const { output, weights } = scaledDotProductAttention(q, k, v, { mask, causal: masks.causal, onWeights });
      return { output: join(output), weights };
    }
    if (key !== query || value !== query || masks.mask || masks.keyMask)
      throw new ShapeError(
        "MultiheadAttention: a cache serves causal self-attention; give no key, value, mask or keyMask with it.",
      );
    const all = cache.append(k, v);
    const { output, weights } = scaledDotProductAttention(q, all.keys, all.values, { mask: all.mask, onWeights });
    return { output: all.fits.where(join(output), Number.NaN), weights };
  }

  /** As self-attention: the projections, how well queries and keys agree, and the means. */
  override flops([query]: readonly (readonly number[])[], output: readonly number[]): number {
    const [batch, time, width] = query;
    return productFlops(this.inProjWeight.shape, [...output.slice(0, -1), 3 * width]) + 4 * batch * time * time * width;
  }

  /** Queries, keys or values of each head. [batch, time, width] → [batch, heads, time, width/heads] */
  private project(x: Tensor, part: number): Tensor {
    const { width, heads } = this;
    const y = x.multiply(this.inProjWeight.value.narrow(0, part * width, width), { transposeB: true });
    const bias = this.inProjBias?.value.narrow(0, part * width, width);
    return (bias ? y.add(bias) : y).reshape([...x.shape.slice(0, 2), heads, width / heads]).permute([0, 2, 1, 3]);
  }

  private requireFit(query: Tensor, key: Tensor, value: Tensor): void {
    const { width } = this;
    const fits =
      [query, key, value].every((x) => x.rank === 3 && x.shape[2] === width && x.shape[0] === query.shape[0]) &&
      key.shape[1] === value.shape[1];
    if (!fits)
      throw new ShapeError(
        `MultiheadAttention: got query [${query.shape.join(", ")}], key [${key.shape.join(", ")}], value [${value.shape.join(", ")}]; expected [batch, time, ${width}].`,
      );
  }
}

/** Both masks in one that broadcasts to [batch, heads, queries, keys]. */
const combined = (
  { mask, keyMask }: AttentionMasks,
  batch: number,
  queries: number,
  keys: number,
): Tensor | undefined => {
  const wanted = [
    [queries, keys],
    [batch, queries, keys],
  ];
  if (mask && mask.rank !== 4 && !wanted.some((shape) => shape.join() === mask.shape.join()))
    throw new ShapeError(
      `MultiheadAttention: mask is [${mask.shape.join(", ")}]; expected [${queries}, ${keys}] or [${batch}, ${queries}, ${keys}], queries and keys.`,
    );
  if (keyMask && (keyMask.dtype !== "bool" || keyMask.shape.join() !== [batch, keys].join()))
    throw new ShapeError(
      `MultiheadAttention: keyMask is ${keyMask.dtype} [${keyMask.shape.join(", ")}]; expected bool [${batch}, ${keys}].`,
    );
  const byHead = mask?.rank === 3 ? mask.unsqueeze(1) : mask;
  const byKey = keyMask?.reshape([batch, 1, 1, keys]);
  return byHead && byKey ? byHead.and(byKey) : (byHead ?? byKey);
};

// Transformer layers and stacks of them.
import type { Tensor } from "@agon/tensor";
import { gelu, relu } from "../activations.ts";
import { Dropout } from "../layers/dropout.ts";
import { Linear } from "../layers/linear.ts";
import { LayerNorm } from "../layers/normalisation.ts";
import { Module } from "../module.ts";
import type { KeyValueCache } from "./key-value-cache.ts";
import { type AttentionMasks, MultiheadAttention } from "./multihead.ts";

export interface TransformerLayerOptions {
  /** Width inside the feed-forward part; default 4·width. */
  readonly feedForward?: number;
  /** Share dropped after attention, inside the feed-forward part, and after it, in training; default 0.1. */
  readonly dropout?: number;
  /** Default "relu". */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Normalises what goes into each part (pre-norm; Xiong et al. 2020), rather than what comes out. Default false. */
  readonly normFirst?: boolean;
  /** Added to variances; default 1e−5. */
  readonly epsilon?: number;
}

export interface EncoderLayerInput extends AttentionMasks {
  /** For generating a few tokens at a time, causally. */
  readonly cache?: KeyValueCache;
}

const activationOf = ({ activation = "relu" }: TransformerLayerOptions): ((x: Tensor) => Tensor) =>
  activation === "relu" ? relu : activation === "gelu" ? (x) => gelu(x) : activation;

const dropoutOf = ({ dropout = 0.1 }: TransformerLayerOptions): Dropout | null =>
  dropout === 0 ? null : new Dropout(dropout);

/** x + part(norm(x)), or norm(x + part(x)). */
const around = (x: Tensor, norm: LayerNorm, normFirst: boolean, part: (x: Tensor) => Tensor): Tensor =>
  normFirst ? x.add(part(norm.forward(x))) : norm.forward(x.add(part(x)));

/** Self-attention, then two linear layers, each with a way around and a norm (Vaswani et al. 2017, fig. 1 left). x: [batch, time, width]. */
export class TransformerEncoderLayer extends Module<[x: Tensor, input?: EncoderLayerInput]> {
  static readonly kind: string = "TransformerEncoderLayer";
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: Dropout | null;
  private readonly normFirst: boolean;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(width: number, heads: number, options: TransformerLayerOptions = {}) {
    super();
    const { feedForward = 4 * width, dropout = 0.1, normFirst = false, epsilon } = options;
    this.selfAttn = new MultiheadAttention(width, heads, { dropout });
    this.linear1 = new Linear(width, feedForward);
    this.linear2 = new Linear(feedForward, width);
    this.norm1 = new LayerNorm(width, { epsilon });
    this.norm2 = new LayerNorm(width, { epsilon });
    this.dropout = dropoutOf(options);
    this.normFirst = normFirst;
    this.activation = activationOf(options);
  }

  forward(x: Tensor, input: EncoderLayerInput = {}): Tensor {
    const drop = (y: Tensor): Tensor => this.dropout?.forward(y) ?? y;
    const attended = around(x, this.norm1, this.normFirst, (y) => drop(this.selfAttn.forward(y, input).output));
    return around(attended, this.norm2, this.normFirst, (y) =>
      drop(this.linear2.forward(drop(this.activation(this.linear1.forward(y))))),
    );
  }
}

export interface DecoderLayerInput extends EncoderLayerInput {
  /** Where a query may look in the memory, as `mask`. */
  readonly memoryMask?: Tensor;
  /** Which steps of the memory are there, others being padding: bool [batch, memory]. */
  readonly memoryKeyMask?: Tensor;
}

/**
 * Self-attention, attention to a memory, then two linear layers, each with a way around and a norm (Vaswani et al. 2017, fig. 1 right).
 * x: [batch, time, width]; memory, what the encoder made: [batch, memory, width].
 */
export class TransformerDecoderLayer extends Module<[x: Tensor, memory: Tensor, input?: DecoderLayerInput]> {
  static readonly kind: string = "TransformerDecoderLayer";
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout: Dropout | null;
  private readonly normFirst: boolean;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(width: number, heads: number, options: TransformerLayerOptions = {}) {
    super();
    const { feedForward = 4 * width, dropout = 0.1, normFirst = false, epsilon } = options;
    this.selfAttn = new MultiheadAttention(width, heads, { dropout });
    this.multiheadAttn = new MultiheadAttention(width, heads, { dropout });
    this.linear1 = new Linear(width, feedForward);
    this.linear2 = new Linear(feedForward, width);
    this.norm1 = new LayerNorm(width, { epsilon });
    this.norm2 = new LayerNorm(width, { epsilon });
    this.norm3 = new LayerNorm(width, { epsilon });
    this.dropout = dropoutOf(options);
    this.normFirst = normFirst;
    this.activation = activationOf(options);
  }

  forward(x: Tensor, memory: Tensor, { memoryMask, memoryKeyMask, ...input }: DecoderLayerInput = {}): Tensor {
    const drop = (y: Tensor): Tensor => this.dropout?.forward(y) ?? y;
    const looked = { key: memory, mask: memoryMask, keyMask: memoryKeyMask };
    const own = around(x, this.norm1, this.normFirst, (y) => drop(this.selfAttn.forward(y, input).output));
    const attended = around(own, this.norm2, this.normFirst, (y) => drop(this.multiheadAttn.forward(y, looked).output));
    return around(attended, this.norm3, this.normFirst, (y) =>
      drop(this.linear2.forward(drop(this.activation(this.linear1.forward(y))))),
    );
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** How many layers; default 6. */
  readonly layers?: number;
  /** A norm after the last layer; default where norms come first. */
  readonly finalNorm?: boolean;
}

const finalNormOf = (width: number, options: TransformerOptions): LayerNorm | null =>
  (options.finalNorm ?? options.normFirst) ? new LayerNorm(width, { epsilon: options.epsilon }) : null;

export interface EncoderInput extends AttentionMasks {
  /** One for each layer, for generating a few tokens at a time, causally. */
  readonly caches?: readonly KeyValueCache[];
}

/** Encoder layers one after the other. With `causal` it is the body of a GPT. x: [batch, time, width]. */
export class TransformerEncoder extends Module<[x: Tensor, input?: EncoderInput]> {
  static readonly kind: string = "TransformerEncoder";
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(width: number, heads: number, { layers = 6, ...options }: TransformerOptions = {}) {
    super();
    this.layers = Array.from({ length: layers }, () => new TransformerEncoderLayer(width, heads, options));
    this.norm = finalNormOf(width, options);
  }

  forward(x: Tensor, { caches, ...masks }: EncoderInput = {}): Tensor {
    if (caches && caches.length !== this.layers.length)
      throw new RangeError(
        `TransformerEncoder: got ${caches.length} caches; expected one for each of ${this.layers.length} layers.`,
      );
    const y = this.layers.reduce((value, layer, i) => layer.forward(value, { ...masks, cache: caches?.[i] }), x);
    return this.norm?.forward(y) ?? y;
  }
}

/** Decoder layers one after the other. x: [batch, time, width]; memory: [batch, memory, width]. */
export class TransformerDecoder extends Module<[x: Tensor, memory: Tensor, input?: Omit<DecoderLayerInput, "cache">]> {
  static readonly kind: string = "TransformerDecoder";
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(width: number, heads: number, { layers = 6, ...options }: TransformerOptions = {}) {
    super();
    this.layers = Array.from({ length: layers }, () => new TransformerDecoderLayer(width, heads, options));
    this.norm = finalNormOf(width, options);
  }

  forward(x: Tensor, memory: Tensor, input: Omit<DecoderLayerInput, "cache"> = {}): Tensor {
    const y = this.layers.reduce((value, layer) => layer.forward(value, memory, input), x);
    return this.norm?.forward(y) ?? y;
  }
}

// BERT (Devlin et al. 2019): a Transformer that sees both sides of every token, and learns by telling tokens that were hidden from it. As in the paper's
// section 3, with plain normal initial values instead of truncated ones, and without the second task, whether one sentence follows another.
import {
  Dropout,
  Embedding,
  gelu,
  initialise,
  LayerNorm,
  Linear,
  Module,
  parameter,
  TransformerEncoder,
} from "@agon/nn";
import type { Random } from "@agon/random";
import { type Parameter, ShapeError, type Tensor } from "@agon/tensor";
import { encoderLayerParameters } from "./parts/encoder-layer-parameters.ts";
import { normalOf } from "./parts/normal-of.ts";

export interface BERTOptions {
  /** Number of tokens. Default 30 522. */
  readonly vocabulary?: number;
  /** Most tokens that it looks at. Default 512. */
  readonly context?: number;
  /** Kinds of sentences that tokens can belong to. Default 2. */
  readonly segments?: number;
  /** Default 768. */
  readonly width?: number;
  /** Default 12. */
  readonly heads?: number;
  /** Default 12. */
  readonly layers?: number;
  /** Width inside the feed-forward parts. Default 4·width. */
  readonly feedForward?: number;
  /** Default 0.1. */
  readonly dropout?: number;
  /** Standard deviation of initial weights. Default 0.02; narrow ones learn faster from more, about 0.55/√width as in BERT-base. */
  readonly deviation?: number;
}

export interface BERTInput {
  /** Which sentence each token belongs to: int32 [batch, time]. Default all to the first. */
  readonly segments?: Tensor;
  /** Which tokens are there, others being padding: bool [batch, time]. Default all. */
  readonly keyMask?: Tensor;
}

export interface BERTOutput {
  /** What it made of each token: [batch, time, width]. */
  readonly states: Tensor;
  /** tanh of a linear layer on the first token's, for classes of whole texts: [batch, width]. */
  readonly pooled: Tensor;
}

/** LayerNorm's, as the paper's program has it. */
const EPSILON = 1e-12;
/** Of initial weights, by default. */
const DEVIATION = 0.02;

/**
 * Tokens of [batch, time] to what they mean in their place. Without options it is BERT-base, 109 482 240 parameters:
 *
 * | layer | makes |
 * |---|---|
 * | tokens, positions and segments, added; a norm | [batch, time, 768] |
 * | 12 layers of attention with 12 heads and 3072 GELU units, norms last | [batch, time, 768] |
 * | pooler | [batch, 768] |
 */
export class BERT extends Module<[tokens: Tensor, input?: BERTInput], BERTOutput> {
  static readonly kind: string = "BERT";
  readonly tokens: Embedding;
  /** [context, width] */
  readonly positions: Parameter;
  readonly segments: Embedding;
  readonly norm: LayerNorm;
  readonly dropout: Dropout | null;
  readonly encoder: TransformerEncoder;
  readonly pooler: Linear;

  constructor({
    vocabulary = 30_522,
    context = 512,
    segments = 2,
    width = 768,
    heads = 12,
    layers = 12,
    feedForward = 4 * width,
    dropout = 0.1,
    deviation = DEVIATION,
  }: BERTOptions = {}) {
    super();
    this.tokens = new Embedding(vocabulary, width);
    this.positions = parameter(new Float32Array(context * width), [context, width]);
    this.segments = new Embedding(segments, width);
    this.norm = new LayerNorm(width, { epsilon: EPSILON });
    this.dropout = dropout === 0 ? null : new Dropout(dropout);
    const options = { layers, feedForward, dropout, activation: "gelu", epsilon: EPSILON } as const;
    this.encoder = new TransformerEncoder(width, heads, options);
    this.pooler = new Linear(width, width);
    initialise(this, normalOf(deviation));
  }

  forward(tokens: Tensor, { segments, keyMask }: BERTInput = {}): BERTOutput {
    const [context] = this.positions.shape;
    const [, time] = tokens.shape;
    if (tokens.rank !== 2 || time > context)
      throw new ShapeError(
        `BERT: tokens are [${tokens.shape.join(", ")}]; expected [batch, time] with time up to ${context}.`,
      );
    const segment = segments ? this.segments.forward(segments) : this.segments.weight.value.narrow(0, 0, 1);
    const x = this.tokens
      .forward(tokens)
      .add(this.positions.value.narrow(0, 0, time))
      .add(segment);
    const normed = this.norm.forward(x); // [batch, time, width]
    const states = this.encoder.forward(this.dropout?.forward(normed) ?? normed, { keyMask });
    return { states, pooled: this.pooler.forward(states.select(1, 0)).tanh() };
  }
}

export interface MaskedInput extends BERTInput {
  /** Places to tell, of the batch·time that there are: int32 [places]. Default all. */
  readonly places?: Tensor;
}

/** BERT with its head for hidden tokens: logits of what stands at the places, [places, vocabulary], by the table of tokens that it reads with. */
export class MaskedLanguageModel extends Module<[tokens: Tensor, input?: MaskedInput]> {
  static readonly kind: string = "MaskedLanguageModel";
  readonly bert: BERT;
  readonly dense: Linear;
  readonly norm: LayerNorm;
  readonly bias: Parameter;

  constructor(options: BERTOptions = {}) {
    super();
    this.bert = new BERT(options);
    const [vocabulary, width] = this.bert.tokens.weight.shape;
    this.dense = new Linear(width, width);
    this.norm = new LayerNorm(width, { epsilon: EPSILON });
    this.bias = parameter(new Float32Array(vocabulary), [vocabulary]);
    initialise(this.dense, normalOf(options.deviation ?? DEVIATION));
  }

  forward(tokens: Tensor, { places, ...input }: MaskedInput = {}): Tensor {
    const states = this.bert.forward(tokens, input).states.flatten(0, 1); // [batch·time, width]
    const asked = places ? states.take(places) : states; // [places, width]
    const read = this.norm.forward(gelu(this.dense.forward(asked)));
    return read.multiply(this.bert.tokens.weight.value, { transposeB: true }).add(this.bias.value);
  }
}

/** Parameters of a BERT of these sizes, which need not be built; the head for hidden tokens is not counted. */
export const bertParameters = ({
  vocabulary = 30_522,
  context = 512,
  segments = 2,
  width = 768,
  layers = 12,
  feedForward = 4 * width,
}: BERTOptions = {}): number => {
  const tables = (vocabulary + context + segments) * width + 2 * width;
  return tables + layers * encoderLayerParameters(width, feedForward) + width * (width + 1);
};

/** Stands in targets where nothing is asked; crossEntropy's ignoreIndex. */
export const NOT_ASKED = -1;

export interface MaskOptions {
  /** Number of tokens. */
  readonly vocabulary: number;
  /** The token that hides others. */
  readonly mask: number;
  /** Tokens from this number on are words; those before it are never hidden, nor put in others' places. Default 0. */
  readonly firstWord?: number;
  /** Share of the words that are asked for. Default 0.15. */
  readonly share?: number;
  readonly random: Random;
}

/**
 * Chooses words to be told, each with probability `share`: of those 80% are hidden, 10% become any word, 10% stay, so that what it sees is no proof
 * (Devlin et al. 2019, sec. 3.1). Targets have the chosen words and NOT_ASKED elsewhere.
 */
export const maskTokens = (
  tokens: ArrayLike<number>,
  { vocabulary, mask, firstWord = 0, share = 0.15, random }: MaskOptions,
): { readonly inputs: Int32Array; readonly targets: Int32Array } => {
  if (!(share > 0 && share <= 1)) throw new RangeError(`maskTokens: share is ${share}; expected a number from 0 to 1.`);
  const inputs = Int32Array.from(tokens);
  const targets = new Int32Array(inputs.length).fill(NOT_ASKED);
  inputs.forEach((token, i) => {
    if (token < firstWord || random.uniform() >= share) return;
    targets[i] = token;
    const fate = random.uniform();
    if (fate < 0.8) inputs[i] = mask;
    else if (fate < 0.9) inputs[i] = random.integer(firstWord, vocabulary);
  });
  return { inputs, targets };
};

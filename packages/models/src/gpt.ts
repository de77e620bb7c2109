// GPT, the shape of GPT-2 (Radford et al. 2019): a Transformer that sees only what came before, norms first, learned positions, GELU, and the table
// of tokens used again to tell the next one. Simplified: no byte-pair table of its own (tokens are numbers), dropout off unless asked for.
import { exp } from "@agon/math";
import { Dropout, Embedding, gelu, initialise, KeyValueCache, Module, parameter, TransformerEncoder } from "@agon/nn";
import type { Random } from "@agon/random";
import { arange, compile, type Parameter, ShapeError, tensor, type Tensor } from "@agon/tensor";
import { encoderLayerParameters } from "./parts/encoder-layer-parameters.ts";
import { normalOf } from "./parts/normal-of.ts";

export interface GPTOptions {
  /** Number of tokens. */
  readonly vocabulary: number;
  /** Most tokens that it looks at. Default 1024. */
  readonly context?: number;
  /** Default 768. */
  readonly width?: number;
  /** Default 12. */
  readonly heads?: number;
  /** Default 12. */
  readonly layers?: number;
  /** Default 0. */
  readonly dropout?: number;
}

export interface SampleOptions {
  /** Divides the logits: below 1 likelier tokens become likelier still, 0 takes the likeliest. Default 1. */
  readonly temperature?: number;
  /** Draws from this many of the likeliest tokens. Default all. */
  readonly topK?: number;
  readonly random: Random;
}

export interface GenerateOptions extends SampleOptions {
  /** Tokens to add. */
  readonly count: number;
}

/**
 * Tokens of [batch, time] to logits of the token after each: [batch, time, vocabulary].
 *
 * | layer | makes |
 * |---|---|
 * | tokens and positions, added | [batch, time, width] |
 * | layers of causal self-attention and 4·width GELU units, norms first; a norm | [batch, time, width] |
 * | products with the rows of the table of tokens | [batch, time, vocabulary] |
 *
 * Without options but the vocabulary 50 257 it is GPT-2 small, 124 439 808 parameters.
 */
export class GPT extends Module<[tokens: Tensor, caches?: readonly KeyValueCache[]]> {
  static readonly kind: string = "GPT";
  readonly tokens: Embedding;
  /** [context, width] */
  readonly positions: Parameter;
  readonly dropout: Dropout | null;
  readonly body: TransformerEncoder;
  private readonly heads: number;

  constructor({ vocabulary, context = 1024, width = 768, heads = 12, layers = 12, dropout = 0 }: GPTOptions) {
    super();
    this.heads = heads;
    this.tokens = new Embedding(vocabulary, width);
    this.positions = parameter(new Float32Array(context * width), [context, width]);
    this.dropout = dropout === 0 ? null : new Dropout(dropout);
    const activation = (x: Tensor): Tensor => gelu(x, "tanh");
    this.body = new TransformerEncoder(width, heads, { layers, activation, normFirst: true, dropout });
    drawSmall(this);
  }

  /** With caches, one for each layer, the tokens come after those that the caches hold. tokens: int32 [batch, time]. */
  forward(tokens: Tensor, caches?: readonly KeyValueCache[]): Tensor {
    const [context] = this.positions.shape;
    const [, time] = tokens.shape;
    if (tokens.rank !== 2 || time > context)
      throw new ShapeError(
        `GPT: tokens are [${tokens.shape.join(", ")}]; expected [batch, time] with time up to ${context}.`,
      );
    const positions = caches
      ? this.positions.value.take(arange(0, time).add(caches[0].length.value))
      : this.positions.value.narrow(0, 0, time);
    const x = this.tokens.forward(tokens).add(positions); // [batch, time, width]
    const read = this.body.forward(this.dropout?.forward(x) ?? x, { causal: true, caches });
    return read.multiply(this.tokens.weight.value, { transposeB: true });
  }

  /**
   * Goes on after a prompt, a token at a time. Keys and values of what it has read are kept; where the context is full it reads its second half
   * anew, at the first places. The logits are read by promises, as some backends want it.
   */
  async generate(prompt: ArrayLike<number>, { count, ...options }: GenerateOptions): Promise<Int32Array> {
    if (prompt.length === 0) throw new RangeError("generate: the prompt is empty; give at least one token.");
    const [context] = this.positions.shape;
    const text = Array.from(prompt);
    const { training } = this;
    this.eval();
    try {
      const caches = this.newCaches();
      const next = compile((token: Tensor) => this.forward(token, caches).select(1, -1));
      let held = 0;
      for (let i = 0; i < count; i++) {
        const full = held === context;
        if (full) for (const cache of caches) cache.reset();
        const unread = full ? text.slice(-Math.ceil(context / 2)) : i === 0 ? text.slice(-context) : text.slice(-1);
        held = full ? unread.length : held + unread.length;
        text.push(sampleToken(await next(rowOf(unread)).data(), options));
      }
    } finally {
      this.train(training);
    }
    return Int32Array.from(text.slice(prompt.length));
  }

  private newCaches(): readonly KeyValueCache[] {
    const [context, width] = this.positions.shape;
    const { heads } = this;
    return this.body.layers.map(() => new KeyValueCache({ batch: 1, heads, capacity: context, width: width / heads }));
  }
}

/** Parameters of a GPT of these sizes, which need not be built. */
export const gptParameters = ({ vocabulary, context = 1024, width = 768, layers = 12 }: GPTOptions): number =>
  (vocabulary + context) * width + layers * encoderLayerParameters(width) + 2 * width;

const rowOf = (tokens: readonly number[]): Tensor => tensor(Int32Array.from(tokens), { shape: [1, tokens.length] });

/** A token drawn with the probabilities softmax(logits/temperature), of the topK likeliest alone. */
export const sampleToken = (
  logits: ArrayLike<number>,
  { temperature = 1, topK = logits.length, random }: SampleOptions,
): number => {
  if (!(temperature >= 0)) throw new RangeError(`sampleToken: temperature is ${temperature}; expected 0 or more.`);
  if (!Number.isSafeInteger(topK) || topK < 1)
    throw new RangeError(`sampleToken: topK is ${topK}; expected a whole number from 1.`);
  const order = Array.from(logits, (_, token) => token).sort((a, b) => logits[b] - logits[a] || a - b);
  if (temperature === 0) return order[0];
  const candidates = order.slice(0, topK);
  const weights = candidates.map((token) => exp((logits[token] - logits[order[0]]) / temperature));
  let left = random.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const drawn = weights.findIndex((weight) => (left -= weight) < 0);
  return candidates[drawn < 0 ? candidates.length - 1 : drawn];
};

/** GPT-2's initial values: what writes into the way around is divided by √(2·layers), so that the sum does not grow with their number. */
const drawSmall = (model: GPT): void => {
  initialise(model, normalOf(0.02));
  const { layers } = model.body;
  for (const { weight } of layers.flatMap((layer) => [layer.selfAttn.outProj, layer.linear2]))
    weight.set(weight.toHost().map((value) => value / Math.sqrt(2 * layers.length)));
};

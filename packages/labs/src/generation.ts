// 4.6, 11.3.2: a GRU reads Shakespeare character by character, and then writes.
import { CharacterTokenizer, tinyShakespeare, type TokenSequence, text } from "@agon/data";
import { exp, log } from "@agon/math";
import { crossEntropy, Embedding, GRU, Linear, Module, withRandom } from "@agon/nn";
import { Adam, cosineDecay } from "@agon/optim";
import { createRandom, type Philox } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** Characters of a sequence, in training and in testing. */
const [WINDOW, LONG] = [64, 256];
const EMBEDDED = 32;
const OPENING = "\nROMEO:\n";
const TEMPERATURES = [0.5, 0.8, 1];
/** How many times the shorter context's opinion counts beside what was seen behind the longer one. */
const PRIOR = 5;

/** Tells the next character from those before it. */
class Writer extends Module<[tokens: Tensor, hidden?: Tensor], { readonly logits: Tensor; readonly hidden: Tensor }> {
  readonly embedding: Embedding;
  readonly recurrent: GRU;
  readonly head: Linear;

  constructor(characters: number, width: number) {
    super();
    this.embedding = new Embedding(characters, EMBEDDED);
    this.recurrent = new GRU(EMBEDDED, width);
    this.head = new Linear(width, characters);
  }

  /** Logits [batch, characters, time] of what follows each, and the state behind the last. tokens: int32 [batch, time]. */
  forward(tokens: Tensor, state?: Tensor): { readonly logits: Tensor; readonly hidden: Tensor } {
    const { output, hidden } = this.recurrent.forward(this.embedding.forward(tokens), { hidden: state });
    return { logits: this.head.forward(output).transpose(1, 2), hidden };
  }
}

export const generation: Lab = {
  id: "4.6-generation",
  section: "4.6",
  title: "A GRU that writes after Shakespeare",
  question:
    "A GRU learns from a million characters of Shakespeare to tell the next one: how much better than counts of short runs of characters, and what does it write?",
  datasets: ["tinyshakespeare"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading Shakespeare");
    const full = scale === "full";
    const [width, steps, batch, most] = full ? [192, 2000, 32, 40_000] : [64, 150, 16, 5000];
    const play = await tinyShakespeare({ files });
    const letters = CharacterTokenizer.train(play);
    const { train, validation } = text(play).tokenize(letters).split(0.9);
    const model = withRandom(createRandom(seed).split("weights"), () => new Writer(letters.size, width));
    const schedule = cosineDecay({ learningRate: 1e-2, steps, lowest: 1e-4 });
    const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
    const step = compile((tokens: Tensor, targets: Tensor) =>
      optimizer.minimize(() => crossEntropy(model.forward(tokens).logits, targets)),
    );
    const random = createRandom(seed).split("windows");
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % 5 === 0) await progress((0.95 * k) / steps, `step ${k}`);
      const starts = Array.from({ length: batch }, () => random.integer(train.length - WINDOW));
      optimizer.learningRate = schedule(k);
      losses.push(step(...pair(train, starts, WINDOW)).itemSync());
    }
    const rows = Math.floor(most / LONG);
    const starts = Array.from({ length: rows }, (_, i) => i * LONG);
    const [tokens, targets] = pair(validation, starts, LONG);
    const network = scope(() => crossEntropy(model.forward(tokens).logits, targets).itemSync());
    const counted = [0, 1, 2, 3, 4, 5].map((order) => {
      const probability = countsOf(train.tokens, order, letters.size);
      const end = rows * LONG;
      return mean(Array.from({ length: end }, (_, i) => -log(probability(validation.tokens, i + 1))));
    });
    const pens = TEMPERATURES.map((temperature) =>
      write(model, letters, { temperature, length: full ? 240 : 40, random: createRandom(seed).split("pen") }),
    );
    const every = Math.floor(steps / 30);
    return {
      tables: [
        {
          title: `Loss of a character over ${rows * LONG} unseen ones, in nats; the GRU of ${width} after ${steps} steps of ${batch} × ${WINDOW} characters`,
          columns: ["model", "loss", "perplexity"],
          rows: [
            ...counted.map((loss, order) => [`counts, ${order} characters before`, loss, exp(loss)]),
            ["GRU", network, exp(network)],
          ],
        },
        {
          title: `What the GRU writes after “${shown(OPENING)}”; ⏎ ends a line`,
          columns: ["temperature", "its text"],
          rows: pens.map((written, i) => [TEMPERATURES[i], shown(written)]),
        },
      ],
      charts: [
        {
          title: "Learning to tell the next character",
          x: { label: "step", values: Array.from({ length: 30 }, (_, k) => (k + 1) * every) },
          y: { label: "loss of a character" },
          series: [
            {
              label: "GRU",
              values: Array.from({ length: 30 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
            },
            { label: "counts, 1 character before, unseen text", values: new Array<number>(30).fill(counted[1]) },
          ],
        },
      ],
      claims: [
        claim("nats of a character that the GRU saves beside counts behind one character", counted[1] - network, {
          least: full ? 0.8 : 0,
        }),
        ...(full ? [claim("and beside the best of the counts", Math.min(...counted) - network, { least: 0 })] : []),
      ],
    };
  },
};

/** Text in one line. */
const shown = (written: string): string => written.replaceAll("\n", " ⏎ ").trim();

/** The tokens from each of these places on, and the same one later: both int32 [starts, length]. */
const pair = ({ tokens }: TokenSequence, starts: readonly number[], length: number): readonly [Tensor, Tensor] => {
  const cut = (shift: number): Tensor => {
    const data = new Int32Array(starts.length * length);
    starts.forEach((start, n) => data.set(tokens.subarray(start + shift, start + shift + length), n * length));
    return tensor(data, { shape: [starts.length, length] });
  };
  return [cut(0), cut(1)];
};

/**
 * P(c | the `order` tokens before) = (n(context, c) + PRIOR·P(c | a token less)) / (n(context) + PRIOR), from 1/size on
 * (MacKay & Peto 1995): of the token at a place, by what stands before it.
 */
const countsOf = (seen: Int32Array, order: number, size: number): ((tokens: Int32Array, place: number) => number) => {
  const shorter = order === 0 ? () => 1 / size : countsOf(seen, order - 1, size);
  // The context as a number in base `size`; with the token behind it, one digit more.
  const contextOf = (tokens: Int32Array, place: number): number => {
    let context = 0;
    for (let i = Math.max(0, place - order); i < place; i++) context = context * size + tokens[i];
    return context;
  };
  const contexts = new Map<number, number>();
  const pairs = new Map<number, number>();
  for (let i = order; i < seen.length; i++) {
    const context = contextOf(seen, i);
    const pair = context * size + seen[i];
    contexts.set(context, (contexts.get(context) ?? 0) + 1);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return (tokens, place) => {
    const context = contextOf(tokens, place);
    const both = pairs.get(context * size + tokens[place]) ?? 0;
    return (both + PRIOR * shorter(tokens, place)) / ((contexts.get(context) ?? 0) + PRIOR);
  };
};

interface Pen {
  /** Logits are divided by it: below 1 the likely becomes likelier. */
  readonly temperature: number;
  /** Characters to write. */
  readonly length: number;
  readonly random: Philox;
}

/** What the model writes after the opening, each character drawn by softmax(logits / temperature). */
const write = (model: Writer, letters: CharacterTokenizer, { temperature, length, random }: Pen): string => {
  const written: number[] = [];
  let read = letters.encode(OPENING);
  let state: Tensor | undefined;
  while (written.length < length) {
    const tokens = tensor(read, { shape: [1, read.length] });
    const { logits, hidden } = scope(() => {
      const told = model.forward(tokens, state);
      return { logits: told.logits.select(2, -1).div(temperature).softmax(1), hidden: told.hidden };
    });
    state = hidden;
    read = Int32Array.of(draw(logits.dataSync(), random.uniform()));
    written.push(read[0]);
  }
  return letters.decode(written);
};

/** The first outcome up to which the probabilities add up to more than `share`. */
const draw = (probabilities: ArrayLike<number>, share: number): number => {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i];
    if (sum > share) return i;
  }
  return probabilities.length - 1;
};

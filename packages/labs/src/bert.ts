// 7.2, ex. 7.1: a small BERT learns to tell hidden words of the Brown corpus, and from that whether words stand in order.
import { brown } from "@agon/data";
import { log } from "@agon/math";
import { BERT, type BERTOptions, bertParameters, MaskedLanguageModel, maskTokens, NOT_ASKED } from "@agon/models";
import { crossEntropy, Embedding, Linear, Module, withRandom } from "@agon/nn";
import { Adam, type Schedule, warmupCosine } from "@agon/optim";
import { createRandom, type Philox, type Random } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

/** What is no word. */
const [PADDING, START, MASK, UNKNOWN, FIRST_WORD] = [0, 1, 2, 3, 4];
/** Tokens of a sentence, with the one before it. */
const LENGTH = 25;
const BATCH = 32;

/** Rows of LENGTH tokens, one after the other. */
interface Sentences {
  readonly tokens: Int32Array;
  readonly count: number;
}

export const bert: Lab = {
  id: "7.2-bert",
  section: "7.2",
  title: "A small BERT: hidden words, and words out of order",
  question:
    "How much better than by their frequencies are hidden words told from both sides, and does what was learned by that help to see that a sentence's words were shuffled?",
  datasets: ["brown"],
  async run(context) {
    const full = context.scale === "full";
    await context.progress(0, "reading");
    const { learned, unseen, vocabulary } = encode(full ? await readBrown(context) : madeSentences(context));
    const sizes = full ? { width: 128, heads: 4, layers: 2 } : { width: 32, heads: 2, layers: 1 };
    const options = {
      vocabulary,
      context: LENGTH,
      segments: 1,
      dropout: 0,
      deviation: 0.55 / Math.sqrt(sizes.width),
      ...sizes,
    };
    const words = await learnWords(context, options, learned, part(unseen, 0, full ? 1000 : 300));
    const probe = await judgeOrder(context, options, words.model.bert, {
      learned: part(unseen, 1000, 3000),
      test: part(unseen, 4000, full ? 1000 : 300),
    });
    return {
      tables: [words.table, probe.table],
      charts: [words.chart],
      claims: [...words.claims, ...probe.claims],
    };
  },
};

const part = ({ tokens }: Sentences, start: number, count: number): Sentences => ({
  tokens: tokens.subarray(start * LENGTH, (start + count) * LENGTH),
  count,
});

/** Sentences of the Brown corpus of 6 to 24 words, shuffled. */
const readBrown = async ({ seed, files }: LabContext): Promise<string[][]> => {
  const sentences = (await brown({ files }))
    .map(({ words }) => words.map((word) => word.toLowerCase()))
    .filter(({ length }) => length >= 6 && length < LENGTH);
  createRandom(seed).split("sentences").shuffle(sentences);
  return sentences;
};

/** For a quick look: words of four kinds that take turns, from any kind on. */
const madeSentences = ({ seed }: LabContext): string[][] => {
  const random = createRandom(seed).split("made");
  return Array.from({ length: 2 * KEPT }, () => {
    const first = random.integer(4);
    return Array.from({ length: random.integer(6, 13) }, (_, i) => `${"abcd"[(first + i) % 4]}${random.integer(4)}`);
  });
};

/** Sentences from which words are not learned. */
const KEPT = 5000;

/** Numbers of words; those that occur less than twenty times are known by their last three letters. */
const encode = (sentences: readonly (readonly string[])[]) => {
  const counts = new Map<string, number>();
  for (const word of sentences.slice(KEPT).flat())
    for (const key of [word, endOf(word)]) counts.set(key, (counts.get(key) ?? 0) + 1);
  const known = [...counts].filter(([, count]) => count >= 20).map(([key]) => key);
  const numbers = new Map(known.map((key, i) => [key, FIRST_WORD + i]));
  const tokensOf = (rows: readonly (readonly string[])[]): Sentences => {
    const tokens = new Int32Array(rows.length * LENGTH).fill(PADDING);
    rows.forEach((row, n) => {
      const words = row.map((word) => numbers.get(word) ?? numbers.get(endOf(word)) ?? UNKNOWN);
      tokens.set([START, ...words], n * LENGTH);
    });
    return { tokens, count: rows.length };
  };
  return {
    unseen: tokensOf(sentences.slice(0, KEPT)),
    learned: tokensOf(sentences.slice(KEPT)),
    vocabulary: FIRST_WORD + known.length,
  };
};

const endOf = (word: string): string => `…${word.slice(-3)}`;

const rowsOf = (tokens: Int32Array): Tensor => tensor(tokens, { shape: [tokens.length / LENGTH, LENGTH] });

/** Tokens of some sentences. */
const pick = ({ tokens }: Sentences, chosen: readonly number[]): Int32Array => {
  const rows = new Int32Array(chosen.length * LENGTH);
  chosen.forEach((row, i) => rows.set(tokens.subarray(row * LENGTH, (row + 1) * LENGTH), i * LENGTH));
  return rows;
};

const anyOf = ({ count }: Sentences, random: Random): number[] =>
  Array.from({ length: BATCH }, () => random.integer(count));

/** Places that are asked of a batch: as many always, NOT_ASKED filling up, since a compiled step has one shape. */
const ASKED = 128;

/** A batch with words hidden: what is seen, which places are asked, and the words there. */
const hide = (tokens: Int32Array, vocabulary: number, random: Random) => {
  const { inputs, targets } = maskTokens(tokens, { vocabulary, mask: MASK, firstWord: FIRST_WORD, random });
  const asked = [...targets.keys()].filter((i) => targets[i] !== NOT_ASKED).slice(0, ASKED);
  const places = new Int32Array(ASKED);
  const words = new Int32Array(ASKED).fill(NOT_ASKED);
  places.set(asked);
  words.set(asked.map((i) => targets[i]));
  return { seen: rowsOf(inputs), places: tensor(places), words: tensor(words), asked: asked.map((i) => targets[i]) };
};

const learnWords = async (
  { seed, scale, progress }: LabContext,
  options: BERTOptions & { readonly vocabulary: number },
  learned: Sentences,
  held: Sentences,
) => {
  const steps = scale === "full" ? 2000 : 300;
  const { vocabulary } = options;
  const model = withRandom(createRandom(seed).split("weights"), () => new MaskedLanguageModel(options));
  const lossOf = (seen: Tensor, places: Tensor, words: Tensor): Tensor =>
    crossEntropy(model.forward(seen, { places, keyMask: seen.notEqual(PADDING) }), words, { ignoreIndex: NOT_ASKED });
  const optimizer = new Adam(model.parameters(), { weightDecay: 0.01, decoupled: true, clipNorm: 1 });
  const schedule = warmupCosine({
    learningRate: scale === "full" ? 1e-3 : 5e-3,
    warmup: steps / 10,
    steps,
    lowest: 1e-5,
  });
  const step = compile((seen: Tensor, places: Tensor, words: Tensor) =>
    optimizer.minimize(() => lossOf(seen, places, words)),
  );
  const random = createRandom(seed).split("hidden");
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) {
    if (k % 5 === 0) await progress((0.6 * k) / steps, `hidden words, step ${k}`);
    optimizer.learningRate = schedule(k);
    const { seen, places, words } = hide(pick(learned, anyOf(learned, random)), vocabulary, random);
    losses.push(step(seen, places, words).itemSync());
  }
  const measure = compile(lossOf);
  const told = createRandom(seed).split("held");
  const asked: number[] = [];
  let sum = 0;
  for (let row = 0; row + BATCH <= held.count; row += BATCH) {
    const batch = hide(part(held, row, BATCH).tokens, vocabulary, told);
    sum += measure(batch.seen, batch.places, batch.words).itemSync() * batch.asked.length;
    asked.push(...batch.asked);
  }
  const loss = sum / asked.length;
  const entropy = entropyOf(asked);
  const every = Math.floor(steps / 50);
  return {
    model,
    table: {
      title: `${steps} steps of ${BATCH} sentences, ${vocabulary} tokens; then ${asked.length} hidden words of unseen sentences`,
      columns: ["parameters of the BERT", "loss, read", "loss, unseen", "entropy of the words' frequencies"],
      rows: [[bertParameters(options), mean(losses.slice(-every)), loss, entropy]],
    },
    chart: {
      title: "Learning to tell hidden words",
      x: { label: "step", values: Array.from({ length: 50 }, (_, k) => (k + 1) * every) },
      y: { label: "nats per hidden word" },
      series: [
        {
          label: "BERT",
          values: Array.from({ length: 50 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
        },
      ],
    },
    claims: [
      claim(
        "nats by which it tells hidden words better than anyone could who knew the frequencies of these very words",
        entropy - loss,
        { least: scale === "full" ? 0.5 : 0 },
      ),
    ],
  };
};

/** −Σ p·ln p of the words' own frequencies: no guess that does not look at the sentence has a smaller loss. */
const entropyOf = (words: readonly number[]): number => {
  const counts = new Map<number, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, n) => sum + (n / words.length) * log(n / words.length), 0);
};

/** Two classes of sentences, from what BERT makes of the first token. */
class Judge extends Module {
  readonly bert: BERT;
  readonly head: Linear;

  constructor(options: BERTOptions & { readonly width: number }) {
    super();
    this.bert = new BERT(options);
    this.head = new Linear(options.width, 2);
  }

  /** tokens: int32 [batch, LENGTH]; logits [batch, 2]. */
  forward(tokens: Tensor): Tensor {
    return this.head.forward(this.bert.forward(tokens, { keyMask: tokens.notEqual(PADDING) }).pooled);
  }
}

/** Two classes of sentences from which words are there: a number of each word for each class, added up. */
class BagOfWords extends Module {
  readonly words: Embedding;

  constructor(vocabulary: number) {
    super();
    this.words = new Embedding(vocabulary, 2);
    this.words.weight.set(new Float32Array(2 * vocabulary));
  }

  forward(tokens: Tensor): Tensor {
    return this.words.forward(tokens).sum(1);
  }
}

interface Labelled extends Sentences {
  /** 1 where words were shuffled. */
  readonly labels: Int32Array;
}

/** In every other sentence the words are shuffled, but for the last, which mostly is a full stop. */
const shuffleSome = ({ tokens, count }: Sentences, random: Philox): Labelled => {
  const changed = tokens.slice();
  const labels = Int32Array.from({ length: count }, (_, n) => n % 2);
  for (let n = 1; n < count; n += 2) {
    const row = changed.subarray(n * LENGTH, (n + 1) * LENGTH);
    const words = row.filter((token) => token !== PADDING).length - 1;
    random.shuffle(row.subarray(1, words));
  }
  return { tokens: changed, count, labels };
};

const judgeOrder = async (
  { seed, scale, progress }: LabContext,
  options: BERTOptions & { readonly vocabulary: number; readonly width: number },
  bert: BERT,
  sentences: { readonly learned: Sentences; readonly test: Sentences },
) => {
  const full = scale === "full";
  const [steps, runs] = full ? [200, 3] : [60, 1];
  const judgeRate = full ? 5e-4 : 3e-3;
  const weights = bert.stateDict();
  const learned = shuffleSome(sentences.learned, createRandom(seed).split("shuffled"));
  const test = shuffleSome(sentences.test, createRandom(seed).split("shuffled test"));
  const kinds: readonly { readonly name: string; readonly rate: number; readonly build: () => Module }[] = [
    { name: "bag of words", rate: 1e-2, build: () => new BagOfWords(options.vocabulary) },
    { name: "BERT from nothing", rate: judgeRate, build: () => new Judge(options) },
    {
      name: "BERT that told hidden words",
      rate: judgeRate,
      build: () => {
        const judge = new Judge(options);
        judge.bert.loadStateDict(weights);
        return judge;
      },
    },
  ];
  const rows: { readonly name: string; readonly shares: readonly number[] }[] = [];
  for (const [i, { name, rate, build }] of kinds.entries()) {
    const shares: number[] = [];
    for (let run = 0; run < runs; run++) {
      await progress(0.6 + (0.4 * (i * runs + run)) / (kinds.length * runs), `${name}, run ${run + 1}`);
      const random = createRandom(seed + run).split(name);
      const schedule = warmupCosine({ learningRate: rate, warmup: steps / 10, steps });
      shares.push(await judge(withRandom(random, build), { learned, test, steps, schedule, random }));
    }
    rows.push({ name, shares });
  }
  const [bag, , taught] = rows.map(({ shares }) => mean(shares));
  return {
    table: {
      title: `Which of ${test.count} unseen sentences have their words shuffled, after ${steps} steps of ${BATCH} of ${learned.count} labelled ones; ${runs} runs`,
      columns: ["judge", "right, mean", "least", "most"],
      rows: rows.map(({ name, shares }) => [name, mean(shares), Math.min(...shares), Math.max(...shares)]),
    },
    claims: [claim("it sees shuffled words better than a bag of words, by the share of", taught - bag, { least: 0.1 })],
  };
};

/** Trains on labelled sentences; the share of the test that comes out right. */
const judge = async (
  model: Module,
  {
    learned,
    test,
    steps,
    schedule,
    random,
  }: {
    readonly learned: Labelled;
    readonly test: Labelled;
    readonly steps: number;
    readonly schedule: Schedule;
    readonly random: Random;
  },
): Promise<number> => {
  const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
  const step = compile((tokens: Tensor, labels: Tensor) =>
    optimizer.minimize(() => crossEntropy(model.forward(tokens), labels)),
  );
  for (let k = 0; k < steps; k++) {
    optimizer.learningRate = schedule(k);
    const chosen = anyOf(learned, random);
    step(rowsOf(pick(learned, chosen)), tensor(Int32Array.from(chosen, (row) => learned.labels[row])));
  }
  let right = 0;
  for (let row = 0; row < test.count; row += 100) {
    const { tokens } = part(test, row, 100);
    const guessed = scope(() => model.forward(rowsOf(tokens)).argmax(-1).dataSync().slice());
    right += [...guessed].filter((label, i) => label === test.labels[row + i]).length;
  }
  return right / test.count;
};

// 4.6: a bidirectional GRU tells the part of speech of each word, on the Brown corpus.
import { brown } from "@agon/data";
import { accuracy, f1 } from "@agon/metrics";
import { crossEntropy, Embedding, GRU, Linear, Module, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** Longer sentences are left out. */
const LONGEST = 30;
const WIDTH = 48;
/** Stands behind the end of a sentence, and counts for nothing. */
const NOTHING = -1;

interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** Reads a sentence from both ends. */
class Tagger extends Module<[words: Tensor, lengths: Tensor]> {
  readonly embedding: Embedding;
  readonly recurrent = new GRU(WIDTH, WIDTH, { bidirectional: true });
  readonly head: Linear;

  constructor(words: number, tags: number) {
    super();
    this.embedding = new Embedding(words, WIDTH);
    this.head = new Linear(2 * WIDTH, tags);
  }

  /** Logits of the tags: [batch, tags, LONGEST]. words: int32 [batch, LONGEST]; lengths: int32 [batch]. */
  forward(words: Tensor, lengths: Tensor): Tensor {
    const { output } = this.recurrent.forward(this.embedding.forward(words), { lengths }); // [batch, LONGEST, 2·WIDTH]
    return this.head.forward(output).transpose(1, 2);
  }
}

export const tagging: Lab = {
  id: "4.6-tagging",
  section: "4.6",
  title: "Parts of speech by a bidirectional GRU",
  question:
    "A word's most frequent part of speech is right nine times of ten: how many of the rest does a network find that reads the sentence from both ends?",
  datasets: ["brown"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading the Brown corpus");
    const full = scale === "full";
    const [examples, held, epochs] = full ? [12_000, 2000, 3] : [3000, 500, 4];
    const random = createRandom(seed).split("sentences");
    const sentences = (await brown({ files }))
      .filter(({ words }) => words.length <= LONGEST)
      .map(({ words, tags }): Sentence => ({ words, tags: tags.map(baseOf) }));
    random.shuffle(sentences);
    const [learned, unseen] = [sentences.slice(0, examples), sentences.slice(examples, examples + held)];
    const tags = [...new Set(learned.flatMap((sentence) => sentence.tags))].sort();
    const vocabulary = vocabularyOf(learned);
    const encode = encoderOf(vocabulary, tags);
    const model = withRandom(createRandom(seed).split("weights"), () => new Tagger(vocabulary.size + 1, tags.length));
    const optimizer = new Adam(model.parameters(), { learningRate: 5e-3, clipNorm: 1 });
    const step = compile((words: Tensor, lengths: Tensor, targets: Tensor) =>
      optimizer.minimize(() => crossEntropy(model.forward(words, lengths), targets, { ignoreIndex: NOTHING })),
    );
    const batch = 32;
    const steps = epochs * Math.floor(examples / batch);
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      const start = (k * batch) % (examples - (examples % batch));
      if (start === 0) random.shuffle(learned);
      if (k % 5 === 0) await progress(k / steps, `step ${k}`);
      const { words, lengths, targets } = encode(learned.slice(start, start + batch));
      losses.push(step(words, lengths, targets).itemSync());
    }
    const frequent = mostFrequent(learned);
    const truth = unseen.flatMap((sentence) => sentence.tags.map((tag) => tags.indexOf(tag)));
    const guessed = unseen.flatMap((sentence) => sentence.words.map((word) => tags.indexOf(frequent(word))));
    const told = unseen.flatMap((_, i) => (i % batch === 0 ? tell(model, encode(unseen.slice(i, i + batch))) : []));
    const rows = [
      { name: "the word's most frequent tag", found: guessed },
      { name: "bidirectional GRU", found: told },
    ].map(({ name, found }) => ({
      name,
      right: accuracy(found, truth),
      f1: f1(found, truth, { average: "macro" }),
    }));
    const [plain, network] = rows;
    const every = Math.floor(steps / 30);
    return {
      tables: [
        {
          title: `${truth.length} words of ${held} unseen sentences, ${tags.length} tags, after ${epochs} epochs of ${examples} sentences`,
          columns: ["tagger", "words right", "F1, mean over the tags"],
          rows: rows.map((row) => [row.name, row.right, row.f1]),
        },
      ],
      charts: [
        {
          title: "Learning to tag",
          x: { label: "step", values: Array.from({ length: 30 }, (_, k) => (k + 1) * every) },
          y: { label: "cross-entropy of a word", scale: "logarithmic" },
          series: [
            {
              label: "bidirectional GRU",
              values: Array.from({ length: 30 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
            },
          ],
        },
      ],
      claims: [
        claim(
          "the network's share of the words that the most frequent tag gets wrong, put right",
          1 - (1 - network.right) / (1 - plain.right),
          { least: full ? 0.25 : 0.05 },
        ),
        claim("its F1 is greater by", network.f1 - plain.f1, { least: 0 }),
      ],
    };
  },
};

/** "np-tl" → "np": without marks of titles, negation, possession and contraction; signs are ".". */
const baseOf = (tag: string): string => /^[a-z]+/.exec(tag)?.[0] ?? ".";

/** What stands for a word: itself in lower case; its last three letters where it is too rare to know. */
const suffixOf = (word: string): string => `…${word.toLowerCase().slice(-3)}`;

/** Numbers, from 1, of the words and the ends that occur three times and more. */
const vocabularyOf = (sentences: readonly Sentence[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { words } of sentences)
    for (const word of words)
      for (const key of [word.toLowerCase(), suffixOf(word)]) counts.set(key, (counts.get(key) ?? 0) + 1);
  const known = [...counts].filter(([, count]) => count >= 3);
  return new Map(known.map(([key], i) => [key, i + 1]));
};

/** Sentences as tensors. */
const encoderOf = (vocabulary: ReadonlyMap<string, number>, tags: readonly string[]) => {
  const numbers = new Map(tags.map((tag, i) => [tag, i]));
  return (sentences: readonly Sentence[]) => {
    const shape = [sentences.length, LONGEST];
    const words = new Int32Array(sentences.length * LONGEST);
    const targets = new Int32Array(sentences.length * LONGEST).fill(NOTHING);
    sentences.forEach((sentence, n) => {
      sentence.words.forEach((word, i) => {
        words[n * LONGEST + i] = vocabulary.get(word.toLowerCase()) ?? vocabulary.get(suffixOf(word)) ?? 0;
        targets[n * LONGEST + i] = numbers.get(sentence.tags[i]) ?? NOTHING;
      });
    });
    return {
      words: tensor(words, { shape }),
      lengths: tensor(Int32Array.from(sentences, (sentence) => sentence.words.length)),
      targets: tensor(targets, { shape }),
    };
  };
};

/** The likeliest tag of each word of the sentences. */
const tell = (model: Tagger, { words, lengths }: { readonly words: Tensor; readonly lengths: Tensor }): number[] => {
  const likeliest = scope(() => model.forward(words, lengths).argmax(1).dataSync().slice()); // [batch, LONGEST]
  return [...lengths.dataSync()].flatMap((length, n) => [...likeliest.subarray(n * LONGEST, n * LONGEST + length)]);
};

/** The tag that a word has most often; for an unknown one that of its end, at last that of all words. */
const mostFrequent = (sentences: readonly Sentence[]): ((word: string) => string) => {
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of sentences)
    words.forEach((word, i) => {
      for (const key of [word.toLowerCase(), suffixOf(word), ""]) {
        const ofKey = counts.get(key) ?? new Map<string, number>();
        counts.set(key, ofKey.set(tags[i], (ofKey.get(tags[i]) ?? 0) + 1));
      }
    });
  const best = new Map([...counts].map(([key, of]) => [key, [...of].sort((a, b) => b[1] - a[1])[0][0]]));
  return (word) => best.get(word.toLowerCase()) ?? best.get(suffixOf(word)) ?? (best.get("") as string);
};

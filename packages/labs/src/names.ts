// 4.6: a GRU finds names that it never saw, and tells what they name, by the words around them.
import { entities, type EntityScore, entityScore } from "@agon/metrics";
import { crossEntropy, Embedding, GRU, Linear, Module, withRandom } from "@agon/nn";
import { Adam, cosineDecay } from "@agon/optim";
import { createRandom, type Philox } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

const KINDS = ["person", "place", "firm"] as const;
type Kind = (typeof KINDS)[number];
const TAGS = ["O", ...KINDS.flatMap((kind) => [`B-${kind}`, `I-${kind}`])];
/** Words of a sentence at most. */
const LONGEST = 20;
const BATCH = 32;
/** Words that occur less often are taken for one and the same: so are all made ones. */
const FREQUENT = 40;
/** Stands behind the end of a sentence, and counts for nothing. */
const NOTHING = -1;

interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** What a sentence begins with. */
const OPENINGS = ["", "", "on monday", "last year", "reporters write that", "in the end"];
/** Says behind a name what it names. */
const TITLES: Readonly<Record<Kind, readonly string[]>> = {
  person: [", a nurse ,", ", the judge ,", ", who is a painter ,"],
  place: [", a village ,", ", the old port ,", ", a town by the sea ,"],
  firm: [", a bank ,", ", the brewery ,", ", a maker of clocks ,"],
};
/** What is said of one; some of it, of any. */
const DEEDS: Readonly<Record<Kind, readonly string[]>> = {
  person: ["met <person> in <place>", "left <firm> for <place>", "was born in <place>", "works for <firm>", "fell ill"],
  place: ["lies near <place>", "lost its mayor , <person>", "was flooded", "has a new bridge", "voted for <person>"],
  firm: ["hired <person>", "opened an office in <place>", "lost money", "was sold to <firm>", "cut its prices"],
};
const ANY = ["sued <firm>", "made <person> angry", "is known well beyond <place>", "lost the case against <person>"];

export const names: Lab = {
  id: "4.6-names",
  section: "4.6",
  title: "Unseen names by a bidirectional GRU",
  question:
    "In made sentences persons, places and firms bear made names, any of them any name: how many unseen names does a GRU find, and tell what they name, by the words before them and behind?",
  async run({ seed, scale, progress }) {
    const full = scale === "full";
    const [examples, held, width, epochs] = full ? [4000, 1000, 32, 6] : [1000, 200, 24, 3];
    const random = createRandom(seed).split("sentences");
    const [known, strange] = namesOf(random, [1500, 500]);
    const learned = Array.from({ length: examples }, () => compose(known, random));
    const unseen = Array.from({ length: held }, () => compose(strange, random));
    const frequent = frequentWords(learned);
    const encode = encoderOf(frequent);
    const wanted = unseen.map(({ tags }) => tags);
    const byWord = lookUp(learned, frequent);
    const rows: { readonly name: string; readonly told: readonly (readonly string[])[] }[] = [
      { name: "the word's most frequent tag", told: unseen.map(({ words }) => words.map(byWord)) },
    ];
    const losses: number[][] = [];
    const readers = [
      { name: "GRU, forwards", bidirectional: false },
      { name: "GRU, from both ends", bidirectional: true },
    ];
    for (const [i, { name, bidirectional }] of readers.entries()) {
      const model = withRandom(
        createRandom(seed).split("weights"),
        () => new Finder(frequent.size + 1, { width, bidirectional }),
      );
      const onShare = (share: number): Promise<void> => progress((i + share) / readers.length, name);
      losses.push(await teach(model, learned, { encode, epochs, random: createRandom(seed).split("order"), onShare }));
      rows.push({ name, told: tell(model, unseen, encode) });
    }
    const scores = rows.map(({ told }) => entityScore(told, wanted));
    const [looked, forwards, both] = scores.map(({ f1 }) => f1);
    const points = 30;
    const every = Math.floor(losses[0].length / points);
    return {
      tables: [
        {
          title: `${scores[0].support} unseen names in ${held} sentences, after ${epochs} epochs of ${examples} sentences: F1 of names found whole and of the right kind`,
          columns: ["finder", "precision", "recall", "F1", ...KINDS],
          rows: rows.map(({ name }, i) => [name, ...figures(scores[i])]),
        },
        {
          title: "Some of the sentences, and what the last finder marks",
          columns: ["sentence", "marked"],
          rows: unseen
            .slice(0, 4)
            .map((sentence, n) => [sentence.words.join(" "), marked(sentence, rows[rows.length - 1].told[n])]),
        },
      ],
      charts: [
        {
          title: "Learning to find names",
          x: { label: "step", values: Array.from({ length: points }, (_, k) => (k + 1) * every) },
          y: { label: "cross-entropy of a word", scale: "logarithmic" },
          series: losses.map((values, i) => ({
            label: readers[i].name,
            values: Array.from({ length: points }, (_, k) => mean(values.slice(k * every, (k + 1) * every))),
          })),
        },
      ],
      claims: [
        claim("F1 of the GRU that reads from both ends", both, { least: full ? 0.9 : 0.5 }),
        claim("more than by the word alone", both - looked, { least: full ? 0.5 : 0.2 }),
        claim("more than by a GRU that reads forwards", both - forwards, { least: full ? 0.1 : 0 }),
      ],
    };
  },
};

interface FinderOptions {
  readonly width: number;
  readonly bidirectional: boolean;
}

/** Tags each word of a sentence. */
class Finder extends Module<[words: Tensor, lengths: Tensor]> {
  readonly embedding: Embedding;
  readonly recurrent: GRU;
  readonly head: Linear;

  constructor(words: number, { width, bidirectional }: FinderOptions) {
    super();
    this.embedding = new Embedding(words, width);
    this.recurrent = new GRU(width, width, { bidirectional });
    this.head = new Linear(bidirectional ? 2 * width : width, TAGS.length);
  }

  /** Logits of the tags: [batch, tags, LONGEST]. words: int32 [batch, LONGEST]; lengths: int32 [batch]. */
  forward(words: Tensor, lengths: Tensor): Tensor {
    return this.head.forward(this.recurrent.forward(this.embedding.forward(words), { lengths }).output).transpose(1, 2);
  }
}

/** Made-up words of two or three syllables, in two lots that share none. */
const namesOf = (random: Philox, [first, second]: readonly [number, number]): readonly (readonly string[])[] => {
  const syllable = (): string =>
    "bdfgklmnprstv"[random.integer(13)] + "aeiou"[random.integer(5)] + "lnrs"[random.integer(4)];
  const made = new Set<string>();
  while (made.size < first + second) made.add(Array.from({ length: random.integer(2, 4) }, syllable).join(""));
  const all = [...made];
  return [all.slice(0, first), all.slice(first)];
};

/** A name of one: a word or two, of firms also "… and …" and "… group", of places "new …". */
const christen = (kind: Kind, pool: readonly string[], random: Philox): readonly string[] => {
  const word = (): string => pool[random.integer(pool.length)];
  const shapes = {
    person: () => [word(), word()],
    place: () => ["new", word()],
    firm: () => (random.integer(2) === 0 ? [word(), "and", word()] : [word(), "group"]),
  };
  return random.uniform() < 0.6 ? [word()] : shapes[kind]();
};

/** A sentence about a person, a place or a firm. */
const compose = (pool: readonly string[], random: Philox): Sentence => {
  const any = <Value>(values: readonly Value[]): Value => values[random.integer(values.length)];
  const kind = any(KINDS);
  const title = random.uniform() < 0.4 ? any(TITLES[kind]) : "";
  const deed = any(random.uniform() < 0.4 ? ANY : DEEDS[kind]);
  const words: string[] = [];
  const tags: string[] = [];
  for (const part of `${any(OPENINGS)} <${kind}> ${title} ${deed} .`.split(" ").filter((each) => each !== "")) {
    const named = KINDS.find((each) => part === `<${each}>`);
    const name = named ? christen(named, pool, random) : [part];
    words.push(...name);
    tags.push(...name.map((_, i) => (named ? `${i === 0 ? "B" : "I"}-${named}` : "O")));
  }
  return { words, tags };
};

/** The words that are known. */
const frequentWords = (sentences: readonly Sentence[]): ReadonlySet<string> => {
  const counts = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= FREQUENT).map(([word]) => word));
};

/** Sentences as tensors; 0 stands for a rare word. */
const encoderOf = (frequent: ReadonlySet<string>) => {
  const numbers = new Map([...frequent].map((word, i) => [word, i + 1]));
  return (sentences: readonly Sentence[]) => {
    const shape = [sentences.length, LONGEST];
    const words = new Int32Array(sentences.length * LONGEST);
    const targets = new Int32Array(sentences.length * LONGEST).fill(NOTHING);
    sentences.forEach((sentence, n) => {
      sentence.words.forEach((word, i) => {
        words[n * LONGEST + i] = numbers.get(word) ?? 0;
        targets[n * LONGEST + i] = TAGS.indexOf(sentence.tags[i]);
      });
    });
    return {
      words: tensor(words, { shape }),
      lengths: tensor(Int32Array.from(sentences, (sentence) => sentence.words.length)),
      targets: tensor(targets, { shape }),
    };
  };
};

interface Teaching {
  readonly encode: ReturnType<typeof encoderOf>;
  readonly epochs: number;
  readonly random: Philox;
  readonly onShare: (share: number) => Promise<void>;
}

/** Trains a finder; the loss of each step. */
const teach = async (
  model: Finder,
  sentences: readonly Sentence[],
  { encode, epochs, random, onShare }: Teaching,
): Promise<number[]> => {
  const steps = epochs * Math.floor(sentences.length / BATCH);
  const schedule = cosineDecay({ learningRate: 1e-2, steps, lowest: 1e-4 });
  const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
  const step = compile((words: Tensor, lengths: Tensor, targets: Tensor) =>
    optimizer.minimize(() => crossEntropy(model.forward(words, lengths), targets, { ignoreIndex: NOTHING })),
  );
  const order = [...sentences];
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) {
    const start = (k * BATCH) % (order.length - (order.length % BATCH));
    if (start === 0) random.shuffle(order);
    if (k % 10 === 0) await onShare(k / steps);
    const { words, lengths, targets } = encode(order.slice(start, start + BATCH));
    optimizer.learningRate = schedule(k);
    losses.push(step(words, lengths, targets).itemSync());
  }
  return losses;
};

/** The likeliest tags of each sentence. */
const tell = (model: Finder, sentences: readonly Sentence[], encode: Teaching["encode"]): string[][] => {
  const { words, lengths } = encode(sentences);
  const likeliest = scope(() => model.forward(words, lengths).argmax(1).dataSync().slice()); // [sentences, LONGEST]
  return sentences.map((sentence, n) => sentence.words.map((_, i) => TAGS[likeliest[n * LONGEST + i]]));
};

/** The tag that a word has most often; rare ones count as one word. */
const lookUp = (sentences: readonly Sentence[], frequent: ReadonlySet<string>): ((word: string) => string) => {
  const keyOf = (word: string): string => (frequent.has(word) ? word : "");
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of sentences)
    words.forEach((word, i) => {
      const ofWord = counts.get(keyOf(word)) ?? new Map<string, number>();
      counts.set(keyOf(word), ofWord.set(tags[i], (ofWord.get(tags[i]) ?? 0) + 1));
    });
  const best = new Map([...counts].map(([word, of]) => [word, [...of].sort((a, b) => b[1] - a[1])[0][0]]));
  return (word) => best.get(keyOf(word)) ?? "O";
};

const figures = ({ precision, recall, f1, kinds }: EntityScore): readonly number[] => [
  precision,
  recall,
  f1,
  ...KINDS.map((kind) => kinds[kind]?.f1 ?? 0),
];

/** What the tags mark: "person: lin marso; place: new tel". */
const marked = ({ words }: Sentence, tags: readonly string[]): string =>
  entities(tags)
    .map(({ kind, start, end }) => `${kind}: ${words.slice(start, end).join(" ")}`)
    .join("; ");

// 4.6, ex. 4.6: an encoder reads a date as people write it, a decoder writes it as 2024-03-09.
import { crossEntropy, Embedding, GRU, GRUCell, Linear, Module, withRandom } from "@agon/nn";
import { Adam, cosineDecay } from "@agon/optim";
import { createRandom, type Philox } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, stack, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

const MONTHS = "january february march april may june july august september october november december".split(" ");
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const [FIRST_YEAR, YEARS] = [1900, 200];
const LETTERS = " abcdefghijklmnopqrstuvwxyz0123456789,./";
/** Of the answers; the one behind the last begins an answer. */
const SIGNS = "0123456789-";
const [LONGEST, ANSWER] = [18, 10];

interface DateParts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
}

const padded = (number: number): string => String(number).padStart(2, "0");

/** The ways in which a date may be written. */
const WAYS: readonly ((date: DateParts) => string)[] = [
  ({ year, month, day }) => `${day} ${MONTHS[month]} ${year}`,
  ({ year, month, day }) => `${MONTHS[month]} ${day}, ${year}`,
  ({ year, month, day }) => `${day} ${MONTHS[month].slice(0, 3)} ${year}`,
  ({ year, month, day }) => `${MONTHS[month].slice(0, 3)} ${padded(day)}, ${year}`,
  ({ year, month, day }) => `${day}.${month + 1}.${year}`,
  ({ year, month, day }) => `${padded(month + 1)}/${padded(day)}/${year}`,
];

const answerOf = ({ year, month, day }: DateParts): string => `${year}-${padded(month + 1)}-${padded(day)}`;

/** One GRU reads; its last state is where another begins, which writes a sign at a time and reads what it wrote. */
class Rewriter extends Module<[questions: Tensor, lengths: Tensor, written: Tensor]> {
  readonly letters: Embedding;
  readonly signs: Embedding;
  readonly encoder: GRU;
  readonly decoder: GRUCell;
  readonly head: Linear;

  constructor(width: number) {
    super();
    this.letters = new Embedding(LETTERS.length, width);
    this.signs = new Embedding(SIGNS.length + 1, width);
    this.encoder = new GRU(width, width);
    this.decoder = new GRUCell(width, width);
    this.head = new Linear(width, SIGNS.length);
  }

  /** What is left of the question: [batch, width]. questions: int32 [batch, LONGEST]; lengths: int32 [batch]. */
  read(questions: Tensor, lengths: Tensor): Tensor {
    return this.encoder.forward(this.letters.forward(questions), { lengths }).hidden.select(0, 0);
  }

  /** Logits of each sign, the right ones before it given: [batch, SIGNS, ANSWER]. written: int32 [batch, ANSWER], a sign later. */
  forward(questions: Tensor, lengths: Tensor, written: Tensor): Tensor {
    let state = this.read(questions, lengths);
    const logits: Tensor[] = [];
    for (let i = 0; i < ANSWER; i++) {
      state = this.decoder.forward(this.signs.forward(written.select(1, i)), state);
      logits.push(this.head.forward(state));
    }
    return stack(logits, 2);
  }

  /** The likeliest sign after the likeliest sign: int32 [batch, ANSWER]. */
  write(questions: Tensor, lengths: Tensor): Tensor {
    let state = this.read(questions, lengths);
    let last = tensor(new Int32Array(questions.shape[0]).fill(SIGNS.length));
    const answer: Tensor[] = [];
    for (let i = 0; i < ANSWER; i++) {
      state = this.decoder.forward(this.signs.forward(last), state);
      last = this.head.forward(state).argmax(-1).cast("int32");
      answer.push(last);
    }
    return stack(answer, 1);
  }
}

export const dates: Lab = {
  id: "4.6-dates",
  section: "4.6",
  title: "An encoder and a decoder that rewrite dates",
  question:
    "Dates written in six ways are to be written in one, as in 2024-03-09: how many unseen ones does a recurrent encoder and decoder get right, every sign of them?",
  async run({ seed, scale, progress }) {
    const full = scale === "full";
    const [width, steps, batch] = full ? [128, 3000, 64] : [64, 700, 64];
    const [learned, unseen] = deal(createRandom(seed).split("dates"));
    const random = createRandom(seed).split("batches");
    const model = withRandom(createRandom(seed).split("weights"), () => new Rewriter(width));
    const schedule = cosineDecay({ learningRate: 5e-3, steps, lowest: 1e-4 });
    const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
    const step = compile((questions: Tensor, lengths: Tensor, written: Tensor, signs: Tensor) =>
      optimizer.minimize(() => crossEntropy(model.forward(questions, lengths, written), signs)),
    );
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % 10 === 0) await progress((0.95 * k) / steps, `step ${k}`);
      const chosen = Array.from({ length: batch }, () => learned[random.integer(learned.length)]);
      const { questions, lengths, written, signs } = write(chosen, () => random.integer(WAYS.length));
      optimizer.learningRate = schedule(k);
      losses.push(step(questions, lengths, written, signs).itemSync());
    }
    const byWay = WAYS.map((_, way) => answer(model, unseen, way));
    const right = byWay.map((answers) => mean(answers.map((text, i) => Number(text === answerOf(unseen[i])))));
    const signs = byWay.map((answers) => mean(answers.map((text, i) => signsRight(text, answerOf(unseen[i])))));
    const every = steps / 50;
    return {
      tables: [
        {
          title: `${unseen.length} dates that it never saw, in each way, after ${steps} steps of ${batch}`,
          columns: ["way", "dates right", "signs right", "its answer"],
          rows: WAYS.map((way, i) => [way(unseen[0]), right[i], signs[i], byWay[i][0]]),
        },
      ],
      charts: [
        {
          title: "Learning to rewrite dates",
          x: { label: "step", values: Array.from({ length: 50 }, (_, k) => (k + 1) * every) },
          y: { label: "cross-entropy of a sign", scale: "logarithmic" },
          series: [
            {
              label: "GRU to GRU",
              values: Array.from({ length: 50 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
            },
          ],
        },
      ],
      claims: [
        full
          ? claim("unseen dates that come out right, every sign", mean(right), { least: 0.99 })
          : claim("signs of unseen dates that come out right", mean(signs), { least: 0.65 }),
      ],
    };
  },
};

/** Share of the signs that are as they should be. */
const signsRight = (text: string, wanted: string): number =>
  mean([...wanted].map((sign, i) => Number(sign === text[i])));

/** All dates of two centuries but leap days, shuffled: those to learn from, and 500 that are kept apart. */
const deal = (random: Philox): readonly [learned: readonly DateParts[], unseen: readonly DateParts[]] => {
  const all = Array.from({ length: YEARS }, (_, y) =>
    DAYS.flatMap((days, month) =>
      Array.from({ length: days }, (_, day) => ({ year: FIRST_YEAR + y, month, day: day + 1 })),
    ),
  ).flat();
  random.shuffle(all);
  return [all.slice(500), all.slice(0, 500)];
};

/** The dates as tensors, each in a way that `wayOf` tells. */
const write = (dates: readonly DateParts[], wayOf: () => number) => {
  const [questions, written, signs] = [LONGEST, ANSWER, ANSWER].map((size) => new Int32Array(dates.length * size));
  const lengths = new Int32Array(dates.length);
  dates.forEach((date, n) => {
    const question = WAYS[wayOf()](date);
    const reply = answerOf(date);
    lengths[n] = question.length;
    for (let i = 0; i < question.length; i++) questions[n * LONGEST + i] = LETTERS.indexOf(question[i]);
    for (let i = 0; i < ANSWER; i++) {
      signs[n * ANSWER + i] = SIGNS.indexOf(reply[i]);
      written[n * ANSWER + i] = i === 0 ? SIGNS.length : SIGNS.indexOf(reply[i - 1]);
    }
  });
  const shaped = (data: Int32Array, size: number): Tensor => tensor(data, { shape: [dates.length, size] });
  return {
    questions: shaped(questions, LONGEST),
    lengths: tensor(lengths),
    written: shaped(written, ANSWER),
    signs: shaped(signs, ANSWER),
  };
};

/** What the model makes of dates written in one way. */
const answer = (model: Rewriter, dates: readonly DateParts[], way: number): readonly string[] => {
  const { questions, lengths } = write(dates, () => way);
  const signs = scope(() => [...model.write(questions, lengths).dataSync()]);
  return dates.map((_, n) =>
    signs
      .slice(n * ANSWER, (n + 1) * ANSWER)
      .map((sign) => SIGNS[sign])
      .join(""),
  );
};

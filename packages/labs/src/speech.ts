// 4.6: a bidirectional GRU writes down digits that it hears one after the other.
import { logMel, type SpokenDigit, spokenDigits } from "@agon/data";
import { tokenErrorRate } from "@agon/metrics";
import { ctc, GRU, Linear, Module, withRandom } from "@agon/nn";
import { Adam, cosineDecay } from "@agon/optim";
import { createRandom, type Philox } from "@agon/random";
import { mean, standardDeviation } from "@agon/runs";
import { compile, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

/** Log-mel features: 50 ms of sound in 32 bands, every 32 ms. */
const SOUND = { sampleRate: 8000, fftSize: 512, window: 400, hop: 256, bands: 32 };
const BATCH = 32;
/** Class that stands for no digit; digit d has the class d + 1. */
const BLANK = 0;
const CLASSES = 11;

/** How long sentences are. */
interface Extent {
  /** Digits. */
  readonly fewest: number;
  readonly most: number;
  /** Frames: longer ones are drawn anew. */
  readonly longest: number;
}

/** Digits that one speaker says, recordings joined end to end. */
interface Sentence {
  readonly speaker: string;
  readonly digits: readonly number[];
  /** [frames, bands], row after row. */
  readonly features: Float64Array;
  readonly frames: number;
}

/** Hears a sentence from both ends. */
class Listener extends Module<[features: Tensor, lengths: Tensor]> {
  readonly recurrent: GRU;
  readonly head: Linear;

  constructor(width: number) {
    super();
    this.recurrent = new GRU(SOUND.bands, width, { bidirectional: true });
    this.head = new Linear(2 * width, CLASSES);
  }

  /** Logits of the classes at each frame: [time, batch, CLASSES]. features: [batch, time, bands]; lengths: int32 [batch]. */
  forward(features: Tensor, lengths: Tensor): Tensor {
    return this.head.forward(this.recurrent.forward(features, { lengths }).output).transpose(0, 1);
  }
}

export const speech: Lab = {
  id: "4.6-speech",
  section: "4.6",
  title: "Spoken digits by a GRU and CTC",
  question:
    "Told only which digits a recording holds, not when they are said: how many of the digits of unseen recordings does a GRU write down rightly?",
  datasets: ["fsdd"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading recordings");
    const full = scale === "full";
    const [width, examples, held, epochs] = full ? [64, 1600, 400, 10] : [32, 320, 64, 24];
    const extent = full ? { fewest: 2, most: 5, longest: 90 } : { fewest: 1, most: 2, longest: 40 };
    const { train, test } = await spokenDigits({ files });
    const random = createRandom(seed).split("sentences");
    const learned = Array.from({ length: examples }, () => join(train, extent, random));
    const unseen = Array.from({ length: held }, () => join(test, extent, random));
    const encode = encoderOf(learned, extent);
    const model = withRandom(createRandom(seed).split("weights"), () => new Listener(width));
    const steps = epochs * Math.floor(examples / BATCH);
    const schedule = cosineDecay({ learningRate: 1e-2, steps, lowest: 1e-4 });
    const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
    const step = compile((features: Tensor, inputLengths: Tensor, digits: Tensor, targetLengths: Tensor) =>
      optimizer.minimize(() =>
        ctc(model.forward(features, inputLengths), digits, { inputLengths, targetLengths, blank: BLANK }),
      ),
    );
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      const start = (k * BATCH) % (examples - (examples % BATCH));
      if (start === 0) random.shuffle(learned);
      if (k % 5 === 0) await progress(0.05 + (0.9 * k) / steps, `step ${k}`);
      const { features, lengths, digits, targetLengths } = encode(learned.slice(start, start + BATCH));
      optimizer.learningRate = schedule(k);
      losses.push(step(features, lengths, digits, targetLengths).itemSync());
    }
    const heard = unseen.flatMap((_, i) => (i % BATCH === 0 ? hear(model, encode(unseen.slice(i, i + BATCH))) : []));
    const errorOf = (chosen: (sentence: Sentence) => boolean): number => {
      const numbers = unseen.flatMap((sentence, n) => (chosen(sentence) ? [n] : []));
      return tokenErrorRate(
        numbers.map((n) => heard[n]),
        numbers.map((n) => unseen[n].digits),
      );
    };
    const error = errorOf(() => true);
    const exact = mean(unseen.map(({ digits }, n) => Number(digits.join() === heard[n].join())));
    const speakers = [...new Set(unseen.map(({ speaker }) => speaker))].sort();
    const every = Math.floor(steps / 40);
    return {
      tables: [
        {
          title: `Digits wrong, missed or too many, by the digits of ${held} unseen sentences of ${extent.fewest} to ${extent.most}; ${epochs} epochs of ${examples} sentences, made of ${train.length} recordings`,
          columns: ["speaker", "error rate"],
          rows: [...speakers.map((name) => [name, errorOf(({ speaker }) => speaker === name)]), ["all", error]],
        },
        {
          title: "What it heard",
          columns: ["said", "heard"],
          rows: unseen.slice(0, 6).map(({ digits }, n) => [digits.join(" "), heard[n].join(" ")]),
        },
      ],
      charts: [
        {
          title: "Learning to hear digits",
          x: { label: "step", values: Array.from({ length: 40 }, (_, k) => (k + 1) * every) },
          y: { label: "CTC loss of a digit", scale: "logarithmic" },
          series: [
            {
              label: "bidirectional GRU",
              values: Array.from({ length: 40 }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
            },
          ],
        },
      ],
      claims: [
        claim("errors by the digits said", error, { most: full ? 0.1 : 0.6 }),
        ...(full ? [claim("sentences without an error", exact, { least: 0.7 })] : []),
      ],
    };
  },
};

/** A sentence of one speaker, drawn at random. */
const join = (recordings: readonly SpokenDigit[], extent: Extent, random: Philox): Sentence => {
  const { speaker } = recordings[random.integer(recordings.length)];
  const own = recordings.filter((recording) => recording.speaker === speaker);
  const said = Array.from(
    { length: random.integer(extent.fewest, extent.most + 1) },
    () => own[random.integer(own.length)],
  );
  const samples = said.flatMap((recording) => [...recording.samples]);
  const { data, shape } = logMel(samples, SOUND);
  const [frames] = shape;
  if (frames > extent.longest) return join(recordings, extent, random);
  return { speaker, digits: said.map(({ digit }) => digit), features: data, frames };
};

/** Sentences as tensors; each band is scaled by its mean and deviation over the given ones. */
const encoderOf = (learned: readonly Sentence[], { most, longest }: Extent) => {
  const { bands } = SOUND;
  const scales = Array.from({ length: bands }, (_, band) => {
    const values = learned.flatMap(({ features }) => [...features].filter((_, i) => i % bands === band));
    return { centre: mean(values), spread: standardDeviation(values) };
  });
  return (sentences: readonly Sentence[]) => {
    const features = new Float32Array(sentences.length * longest * bands);
    const digits = new Int32Array(sentences.length * most);
    sentences.forEach((sentence, n) => {
      sentence.features.forEach((value, i) => {
        const { centre, spread } = scales[i % bands];
        features[n * longest * bands + i] = (value - centre) / spread;
      });
      sentence.digits.forEach((digit, i) => {
        digits[n * most + i] = digit + 1;
      });
    });
    return {
      features: tensor(features, { shape: [sentences.length, longest, bands] }),
      lengths: tensor(Int32Array.from(sentences, ({ frames }) => frames)),
      digits: tensor(digits, { shape: [sentences.length, most] }),
      targetLengths: tensor(Int32Array.from(sentences, (sentence) => sentence.digits.length)),
    };
  };
};

/** The likeliest class of each frame, repeats merged and blanks left out: the digits of each sentence. */
const hear = (
  model: Listener,
  { features, lengths }: { readonly features: Tensor; readonly lengths: Tensor },
): number[][] => {
  const likeliest = scope(() => model.forward(features, lengths).argmax(2).transpose(0, 1).dataSync().slice()); // [batch, time]
  const [, time] = features.shape;
  return [...lengths.dataSync()].map((length, n) => {
    const classes = [...likeliest.subarray(n * time, n * time + length)];
    return classes.filter((each, t) => each !== BLANK && each !== classes[t - 1]).map((each) => each - 1);
  });
};

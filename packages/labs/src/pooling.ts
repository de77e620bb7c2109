// 4.3: what the largest and what the mean of a window tell when there is noise.
import { auc } from "@agon/metrics";
import { AvgPool2d, MaxPool2d } from "@agon/nn";
import { createRandom, type Random } from "@agon/random";
import { grad, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab } from "./lab.ts";

const SIDE = 4;
const POOLS = { max: new MaxPool2d(SIDE), mean: new AvgPool2d(SIDE) };
const NOISES = [0.1, 0.2, 0.4, 0.8, 1.6];

type Pool = keyof typeof POOLS;

/** What is to be found in a window of 16 pixels. */
const SIGNALS: Readonly<Record<string, (random: Random) => (pixel: number) => number>> = {
  "one bright pixel": (random) => {
    const place = random.integer(SIDE ** 2);
    return (pixel) => (pixel === place ? 1 : 0);
  },
  "a faint surface": () => () => 0.5,
};

export const pooling: Lab = {
  id: "4.3-pooling",
  section: "4.3",
  title: "Max and average pooling under noise",
  question:
    "A window holds one bright pixel, a faint surface or nothing, under noise: by which pooling can one tell, and what does a single wild pixel do to each?",
  async run({ seed, scale, progress }) {
    const windows = scale === "full" ? 20_000 : 2000;
    const found: { signal: string; noise: number; areas: Record<Pool, number> }[] = [];
    for (const [i, signal] of Object.keys(SIGNALS).entries())
      for (const [j, noise] of NOISES.entries()) {
        await progress((i * NOISES.length + j) / (2 * NOISES.length), `${signal}, noise ${noise}`);
        found.push({
          signal,
          noise,
          areas: tellApart(createRandom(seed).split(`${signal} ${noise}`), { signal, noise, windows }),
        });
      }
    const areaOf = (signal: string, noise: number): Record<Pool, number> =>
      (found.find((row) => row.signal === signal && row.noise === noise) as (typeof found)[number]).areas;
    const [spot, surface] = [areaOf("one bright pixel", 0.2), areaOf("a faint surface", 0.8)];
    const wild = changeByWildPixel();
    const shares = gradientShares();
    return {
      tables: [
        {
          title: `Area under the ROC curve of the pooled value, ${windows} windows with and ${windows} without`,
          columns: ["signal", "deviation of the noise", "max", "mean"],
          rows: found.map(({ signal, noise, areas }) => [signal, noise, areas.max, areas.mean]),
        },
      ],
      charts: Object.keys(SIGNALS).map((signal) => ({
        title: `Finding ${signal}`,
        x: { label: "deviation of the noise", values: NOISES, scale: "logarithmic" as const },
        y: { label: "AUC" },
        series: (Object.keys(POOLS) as Pool[]).map((label) => ({
          label,
          values: NOISES.map((noise) => areaOf(signal, noise)[label]),
        })),
      })),
      claims: [
        claim("max finds one bright pixel better, noise 0.2: AUC over the mean's by", spot.max - spot.mean, {
          least: 0.05,
        }),
        claim("the mean finds a faint surface better, noise 0.8: AUC over max's by", surface.mean - surface.max, {
          least: 0.05,
        }),
        claim("a wild pixel moves max as many times as far as the mean", wild.max / wild.mean, {
          least: 15.9,
          most: 16.1,
        }),
        claim("pixels that get max's gradient", shares.max, { least: 1, most: 1 }),
        claim("pixels that get the mean's", shares.mean, { least: 16, most: 16 }),
      ],
    };
  },
};

const pooled = (pool: Pool, pixels: Float32Array): Float32Array => {
  const x = tensor(pixels, { shape: [pixels.length / SIDE ** 2, 1, SIDE, SIDE] });
  return POOLS[pool].forward(x).dataSync() as Float32Array;
};

/** How well the pooled values tell windows with the signal from windows without. */
const tellApart = (
  random: Random,
  { signal, noise, windows }: { readonly signal: string; readonly noise: number; readonly windows: number },
): Record<Pool, number> => {
  const labels = Array.from({ length: 2 * windows }, (_, i) => i % 2);
  const pixels = Float32Array.from(
    labels.flatMap((label) => {
      const bright = SIGNALS[signal](random);
      return Array.from({ length: SIDE ** 2 }, (_, k) => label * bright(k) + random.normal(0, noise));
    }),
  );
  const areaOf = (pool: Pool): number => auc([...pooled(pool, pixels)], labels);
  return { max: areaOf("max"), mean: areaOf("mean") };
};

/** What a pixel of 10 in a dark window does to the pooled value. */
const changeByWildPixel = (): Record<Pool, number> => {
  const pixels = new Float32Array(SIDE ** 2);
  pixels[5] = 10;
  return { max: pooled("max", pixels)[0], mean: pooled("mean", pixels)[0] };
};

/** How many pixels of a window have a gradient. */
const gradientShares = (): Record<Pool, number> => {
  const x = tensor(
    Float32Array.from({ length: SIDE ** 2 }, (_, k) => (k * 7) % 16),
    { shape: [1, 1, SIDE, SIDE] },
  );
  const reached = (pool: Pool): number =>
    grad((pixels: Tensor) => POOLS[pool].forward(pixels).sum())(x)
      .dataSync()
      .filter((value) => value !== 0).length;
  return { max: reached("max"), mean: reached("mean") };
};

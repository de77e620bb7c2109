// Augmentation of images in a batch, [batch, channels, height, width], by chance that a seed decides.
import { exp, log } from "@agon/math";
import type { Random } from "@agon/random";
import type { HostArray, HostBatch, Transform } from "../host-batch.ts";

export interface ImageOptions {
  /** The column of images. Default "images". */
  readonly column?: string;
}

interface Images {
  readonly data: Float32Array;
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function imagesOf(name: string, batch: HostBatch, column: string): Images {
  const found = batch[column];
  if (!found)
    throw new RangeError(`${name}: the batch has no column "${column}"; it has ${Object.keys(batch).join(", ")}.`);
  const { data, shape } = found;
  if (shape.length !== 4 || !(data instanceof Float32Array))
    throw new RangeError(
      `${name}: column "${column}" has shape [${shape.join(", ")}]; expected float32 images, [batch, channels, height, width].`,
    );
  return { data, batch: shape[0], channels: shape[1], height: shape[2], width: shape[3] };
}

const withImages = (batch: HostBatch, column: string, data: Float32Array): HostBatch => ({
  ...batch,
  [column]: { data, shape: batch[column].shape },
});

/** Calls `change` with the place of each plane, height × width, of one image. */
function forEachPlane({ channels, height, width }: Images, image: number, change: (start: number) => void): void {
  for (let c = 0; c < channels; c++) change((image * channels + c) * height * width);
}

/** Mirrors each image left to right with this probability (default 0.5). */
export const flip = ({
  probability = 0.5,
  column = "images",
}: ImageOptions & { readonly probability?: number } = {}): Transform => {
  if (!(probability >= 0 && probability <= 1))
    throw new RangeError(`flip: probability is ${probability}; expected a number from 0 to 1.`);
  return (batch, random) => {
    const images = imagesOf("flip", batch, column);
    const { data, height, width } = images;
    for (let n = 0; n < images.batch; n++) {
      if (random.uniform() >= probability) continue;
      forEachPlane(images, n, (start) => {
        for (let y = 0; y < height; y++) data.subarray(start + y * width, start + (y + 1) * width).reverse();
      });
    }
    return withImages(batch, column, data);
  };
};

/** Moves each image by up to `padding` pixels each way, as a crop of it padded with `fill` (default 0) would. */
export const crop = ({
  padding,
  fill = 0,
  column = "images",
}: ImageOptions & { readonly padding: number; readonly fill?: number }): Transform => {
  if (!Number.isSafeInteger(padding) || padding < 0)
    throw new RangeError(`crop: padding is ${padding}; expected a whole number from 0.`);
  return (batch, random) => {
    const images = imagesOf("crop", batch, column);
    const { height, width } = images;
    const out = new Float32Array(images.data.length).fill(fill);
    for (let n = 0; n < images.batch; n++) {
      const [down, right] = [random.integer(2 * padding + 1) - padding, random.integer(2 * padding + 1) - padding];
      forEachPlane(images, n, (start) => {
        for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++)
          for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++)
            out[start + y * width + x] = images.data[start + (y + down) * width + x + right];
      });
    }
    return withImages(batch, column, out);
  };
};

/** Covers a square of this side, its centre anywhere in the image, with `fill` (default 0; DeVries and Taylor 2017). */
export const cutout = ({
  side,
  fill = 0,
  column = "images",
}: ImageOptions & { readonly side: number; readonly fill?: number }): Transform => {
  if (!Number.isSafeInteger(side) || side < 1)
    throw new RangeError(`cutout: side is ${side}; expected a whole number from 1.`);
  return (batch, random) => {
    const images = imagesOf("cutout", batch, column);
    const { data, height, width } = images;
    for (let n = 0; n < images.batch; n++) {
      const top = random.integer(height) - (side >> 1);
      const left = random.integer(width) - (side >> 1);
      forEachPlane(images, n, (start) => {
        for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
          data.fill(fill, start + y * width + Math.max(0, left), start + y * width + Math.min(width, left + side));
      });
    }
    return withImages(batch, column, data);
  };
};

/** (x − mean) ÷ deviation, channel by channel. */
export const normalise = ({
  mean,
  deviation,
  column = "images",
}: ImageOptions & { readonly mean: readonly number[]; readonly deviation: readonly number[] }): Transform => {
  if (mean.length !== deviation.length || ![...mean, ...deviation].every(Number.isFinite) || deviation.includes(0))
    throw new RangeError(
      `normalise: ${mean.length} means, deviations ${deviation.join(", ")}; expected a mean and a deviation other than 0 for each channel.`,
    );
  return (batch) => {
    const images = imagesOf("normalise", batch, column);
    const { data, channels, height, width } = images;
    if (channels !== mean.length)
      throw new RangeError(
        `normalise: images have ${channels} channels, there are ${mean.length} means; expected as many.`,
      );
    for (let i = 0; i < data.length; i++) {
      const channel = Math.floor(i / (height * width)) % channels;
      data[i] = (data[i] - mean[channel]) / deviation[channel];
    }
    return withImages(batch, column, data);
  };
};

/** Mean and deviation of each channel over a column of images, for `normalise`; call it with training images. */
export function channelStatistics({
  data,
  shape,
  scale = 1,
}: {
  readonly data: ArrayLike<number>;
  /** [channels, height, width] */
  readonly shape: readonly number[];
  readonly scale?: number;
}): { mean: number[]; deviation: number[] } {
  if (shape.length !== 3 || data.length === 0)
    throw new RangeError(
      `channelStatistics: images of shape [${shape.join(", ")}]; expected some, of [channels, height, width].`,
    );
  const [channels, height, width] = shape;
  const plane = height * width;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let start = 0, c = 0; start < data.length; start += plane, c = (c + 1) % channels) {
    for (let i = start; i < start + plane; i++) {
      sums[c] += data[i] * scale;
      squares[c] += data[i] * scale * (data[i] * scale);
    }
  }
  const count = data.length / channels;
  const mean = Array.from(sums, (sum) => sum / count);
  return { mean, deviation: mean.map((each, c) => Math.sqrt(Math.max(0, squares[c] / count - each * each))) };
}

export interface MixupOptions extends ImageOptions {
  /** Strength: λ is drawn from Beta(alpha, alpha). Default 0.2. */
  readonly alpha?: number;
  /** The column of labels, which becomes one of shares, [batch, classes]. Default "labels". */
  readonly labels?: string;
  readonly classes: number;
}

/**
 * Mixes each image with another of the batch, x = λ·xᵢ + (1 − λ)·xⱼ, and their labels likewise, one λ a batch (Zhang et al. 2018). The labels become
 * float32 shares of the classes.
 */
export const mixup = ({ alpha = 0.2, labels = "labels", classes, column = "images" }: MixupOptions): Transform => {
  if (!(alpha > 0) || !Number.isFinite(alpha))
    throw new RangeError(`mixup: alpha is ${alpha}; expected a number above 0.`);
  return (batch, random) => {
    const images = imagesOf("mixup", batch, column);
    const shares = sharesOf(batch[labels], labels, classes);
    const lambda = beta(random, alpha);
    const partners = Int32Array.from({ length: images.batch }, (_, i) => i);
    for (let i = partners.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [partners[i], partners[j]] = [partners[j], partners[i]];
    }
    return {
      ...withImages(batch, column, mixed(images.data, partners, lambda)),
      [labels]: { data: mixed(shares, partners, lambda), shape: [images.batch, classes] },
    };
  };
};

function sharesOf(labels: HostArray | undefined, name: string, classes: number): Float32Array {
  if (!labels) throw new RangeError(`mixup: the batch has no column "${name}".`);
  const shares = new Float32Array(labels.data.length * classes);
  labels.data.forEach((label, i) => {
    if (!Number.isSafeInteger(label) || label < 0 || label >= classes)
      throw new RangeError(`mixup: column "${name}" holds ${label}; expected labels from 0 to ${classes - 1}.`);
    shares[i * classes + label] = 1;
  });
  return shares;
}

function mixed(rows: Float32Array, partners: Int32Array, lambda: number): Float32Array {
  const size = rows.length / partners.length;
  return Float32Array.from(rows, (value, i) => {
    const partner = partners[Math.floor(i / size)] * size + (i % size);
    return lambda * value + (1 - lambda) * rows[partner];
  });
}

/** Beta(alpha, alpha) as G₁ ÷ (G₁ + G₂) of two Gammas, in logarithms, which do not underflow for small alpha. */
function beta(random: Random, alpha: number): number {
  const [a, b] = [logGamma(random, alpha), logGamma(random, alpha)];
  return 1 / (1 + exp(b - a));
}

/** ln of a Gamma(alpha, 1) draw: Marsaglia and Tsang 2000, with U^(1/alpha) of Gamma(alpha + 1) for alpha < 1. */
function logGamma(random: Random, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return log(d * v);
  }
}

// The binary version of CIFAR-10 and CIFAR-100: records of a label (or two) and 32 × 32 pixels, plane by plane.
import { DataError, type ReadOptions } from "./data-error.ts";
import { unpacked } from "./gzip.ts";

export interface CifarImages {
  /** [images, 3, 32, 32], red, green and blue, bytes. */
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  /** CIFAR-100's twenty coarse labels. */
  readonly coarse?: Int32Array;
  readonly count: number;
}

const PIXELS = 3 * 32 * 32;

/** Reads a batch of CIFAR-10, plain or gzip. */
export const readCifar10 = (bytes: Uint8Array, options: ReadOptions = {}): Promise<CifarImages> =>
  readRecords(bytes, options, [{ name: "label", classes: 10 }]);

/** Reads a batch of CIFAR-100, plain or gzip: `labels` are the hundred fine classes. */
export const readCifar100 = (bytes: Uint8Array, options: ReadOptions = {}): Promise<CifarImages> =>
  readRecords(bytes, options, [
    { name: "coarse label", classes: 20 },
    { name: "fine label", classes: 100 },
  ]);

async function readRecords(
  packed: Uint8Array,
  { file = "CIFAR data" }: ReadOptions,
  fields: readonly { readonly name: string; readonly classes: number }[],
): Promise<CifarImages> {
  const bytes = await unpacked(packed, { file });
  const size = fields.length + PIXELS;
  const count = Math.floor(bytes.length / size);
  if (bytes.length === 0 || bytes.length % size !== 0)
    throw new DataError(
      { file, field: `record ${count}`, offset: count * size },
      `${bytes.length % size} bytes; expected whole records of ${size} bytes, at least one.`,
    );
  const images = new Uint8Array(count * PIXELS);
  const labels = fields.map(() => new Int32Array(count));
  for (let i = 0; i < count; i++) {
    fields.forEach(({ name, classes }, k) => {
      const label = bytes[i * size + k];
      if (label >= classes)
        throw new DataError(
          { file, field: `${name} of record ${i}`, offset: i * size + k },
          `${label}; expected 0 to ${classes - 1}.`,
        );
      labels[k][i] = label;
    });
    images.set(bytes.subarray(i * size + fields.length, (i + 1) * size), i * PIXELS);
  }
  return { images, labels: labels[labels.length - 1], count, ...(labels.length > 1 ? { coarse: labels[0] } : {}) };
}

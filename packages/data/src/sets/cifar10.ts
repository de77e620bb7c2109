// CIFAR-10: pictures of ten kinds of things, 32 × 32, in colour.
import { Dataset, type Role } from "../dataset.ts";
import { defaultFiles } from "../files/default-files.ts";
import { DataError } from "../readers/data-error.ts";
import { readCifar10 } from "../readers/cifar.ts";
import { readTar } from "../readers/tar.ts";
import { readLines } from "../readers/text.ts";
import type { ImageColumns, ImageSplit, LoadOptions } from "./mnist.ts";
import { fileOf } from "./registry.ts";

const PIXELS = 3 * 32 * 32;

/** 50 000 training and 10 000 test images, [3, 32, 32], from the authors' archive of 170 MB. */
export async function cifar10({ files = defaultFiles(), ...options }: LoadOptions = {}): Promise<ImageSplit> {
  const archive = fileOf("cifar10", "cifar-10-binary.tar.gz");
  const entries = await readTar(await files.read(archive, options), { file: archive.path });
  const entry = (name: string): Uint8Array => {
    const bytes = entries.get(`cifar-10-batches-bin/${name}`);
    if (!bytes)
      throw new DataError(
        { file: archive.path, field: name, offset: 0 },
        `is missing; there are ${[...entries.keys()].join(", ")}.`,
      );
    return bytes;
  };
  const classes = await namesIn(entry("batches.meta.txt"));
  const part = <R extends "train" | "test">(names: readonly string[], role: R): Promise<Dataset<ImageColumns, R>> =>
    imagesOf(
      names.map((name) => ({ bytes: entry(name), file: `${archive.path}/${name}` })),
      { role, classes },
    );
  return {
    train: await part(
      [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
      "train",
    ),
    test: await part(["test_batch.bin"], "test"),
  };
}

/** The first 4 000 training and the first 1 000 test images, [3, 32, 32]: results are not comparable with those on all 60 000. */
export async function cifar10Subset({ files = defaultFiles(), ...options }: LoadOptions = {}): Promise<ImageSplit> {
  const read = (name: string): Promise<Uint8Array> => files.read(fileOf("cifar10-subset", name), options);
  const classes = await namesIn(await read("batches.meta.txt"));
  const part = async <R extends "train" | "test">(name: string, role: R): Promise<Dataset<ImageColumns, R>> =>
    imagesOf([{ bytes: await read(name), file: fileOf("cifar10-subset", name).path }], { role, classes });
  return {
    train: await part("data_batch_1_first4000.bin.gz", "train"),
    test: await part("test_batch_first1000.bin.gz", "test"),
  };
}

const namesIn = async (bytes: Uint8Array): Promise<string[]> => (await readLines(bytes)).filter((name) => name !== "");

/** One dataset of all batches, in their order. */
async function imagesOf<R extends Role>(
  batches: readonly { readonly bytes: Uint8Array; readonly file: string }[],
  options: { readonly role: R; readonly classes: readonly string[] },
): Promise<Dataset<ImageColumns, R>> {
  const read = await Promise.all(batches.map(({ bytes, file }) => readCifar10(bytes, { file })));
  const count = read.reduce((sum, batch) => sum + batch.count, 0);
  const images = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  let start = 0;
  for (const batch of read) {
    images.set(batch.images, start * PIXELS);
    labels.set(batch.labels, start);
    start += batch.count;
  }
  return new Dataset<ImageColumns, R>(
    { images: { data: images, shape: [3, 32, 32], scale: 1 / 255 }, labels: { data: labels, shape: [] } },
    options,
  );
}

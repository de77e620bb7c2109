// MNIST: handwritten digits, 28 × 28, in grey.
import { type Column, Dataset } from "../dataset.ts";
import { type DataFiles, type ReadFileOptions } from "../files/data-files.ts";
import { defaultFiles } from "../files/default-files.ts";
import { DataError } from "../readers/data-error.ts";
import { readIdx } from "../readers/idx.ts";
import { fileOf } from "./registry.ts";

export interface LoadOptions extends ReadFileOptions {
  /** Where the files come from. Default: in Node `dataFolder()` of `@agon/data/node`, elsewhere the web. */
  readonly files?: DataFiles;
}

/** Float32 images from 0 to 1, [channels, height, width], and int32 labels. */
export interface ImageColumns {
  readonly images: Column;
  readonly labels: Column;
  readonly [name: string]: Column;
}

export interface ImageSplit {
  readonly train: Dataset<ImageColumns, "train">;
  readonly test: Dataset<ImageColumns, "test">;
}

const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** 60 000 training and 10 000 test images, [1, 28, 28]. */
export async function mnist({ files = defaultFiles(), ...options }: LoadOptions = {}): Promise<ImageSplit> {
  const part = async <R extends "train" | "test">(prefix: string, role: R): Promise<Dataset<ImageColumns, R>> => {
    const read = async (name: string) => {
      const file = fileOf("mnist", name);
      return { file: file.path, ...(await readIdx(await files.read(file, options), { file: file.path })) };
    };
    const images = await read(`${prefix}-images-idx3-ubyte.gz`);
    const labels = await read(`${prefix}-labels-idx1-ubyte.gz`);
    if (images.shape.length !== 3 || labels.shape.length !== 1 || images.shape[0] !== labels.shape[0])
      throw new DataError(
        { file: images.file, field: "dims", offset: 4 },
        `images [${images.shape.join(", ")}], labels [${labels.shape.join(", ")}]; expected [n, height, width] and [n].`,
      );
    return new Dataset(
      {
        images: { data: images.data, shape: [1, images.shape[1], images.shape[2]], scale: 1 / 255 },
        labels: { data: Int32Array.from(labels.data), shape: [] },
      } as ImageColumns,
      { role, classes: DIGITS },
    );
  };
  return { train: await part("train", "train"), test: await part("t10k", "test") };
}

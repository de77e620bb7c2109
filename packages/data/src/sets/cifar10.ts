// CIFAR-10: pictures of ten kinds of things, 32 × 32, in colour.
import { Dataset } from "../dataset.ts";
import { webFiles } from "../files/download.ts";
import { readCifar10 } from "../readers/cifar.ts";
import { readLines } from "../readers/text.ts";
import type { ImageColumns, ImageSplit, LoadOptions } from "./mnist.ts";
import { fileOf } from "./registry.ts";

/** The first 4 000 training and the first 1 000 test images, [3, 32, 32]: results are not comparable with those on all 60 000. */
export async function cifar10Subset({ files = webFiles(), ...options }: LoadOptions = {}): Promise<ImageSplit> {
  const read = (name: string): Promise<Uint8Array> => files.read(fileOf("cifar10-subset", name), options);
  const classes = (await readLines(await read("batches.meta.txt"))).filter((name) => name !== "");
  const part = async <R extends "train" | "test">(name: string, role: R): Promise<Dataset<ImageColumns, R>> => {
    const { images, labels } = await readCifar10(await read(name), { file: fileOf("cifar10-subset", name).path });
    return new Dataset(
      {
        images: { data: images, shape: [3, 32, 32], scale: 1 / 255 },
        labels: { data: labels, shape: [] },
      } as ImageColumns,
      { role, classes },
    );
  };
  return {
    train: await part("data_batch_1_first4000.bin.gz", "train"),
    test: await part("test_batch_first1000.bin.gz", "test"),
  };
}

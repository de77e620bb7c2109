import type { Tensor } from "@agon/tensor";
import { describe, expect, test } from "vitest";
import { Dataset, prefetch, type Transform } from "./index.ts";

/** Ten examples: images of two pixels that tell their number, and labels. */
const ten = () =>
  new Dataset({
    images: { data: Uint8Array.from({ length: 20 }, (_, i) => i), shape: [2], scale: 0.5 },
    labels: { data: Int32Array.from({ length: 10 }, (_, i) => i % 3), shape: [] },
  });

const numbersOf = (batches: Iterable<{ images: Tensor }>): number[][] =>
  Array.from(batches, ({ images }) => Array.from(images.dataSync()).filter((_, i) => i % 2 === 0));

describe("batches", () => {
  test("come in order without a seed, the last one shorter, as tensors of each column", () => {
    const batches = ten().batches({ size: 4 });
    expect(batches.length).toBe(3);
    expect(numbersOf(batches)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    const [{ images, labels }] = batches;
    expect([images.shape, images.dtype, labels.shape, labels.dtype]).toEqual([[4, 2], "float32", [4], "int32"]);
    expect(Array.from(images.dataSync())).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
    expect(Array.from(labels.dataSync())).toEqual([0, 1, 2, 0]);
  });
  test("leave out the last one on request", () => {
    expect(numbersOf(ten().batches({ size: 4, dropLast: true }))).toHaveLength(2);
    expect(ten().batches({ size: 11, dropLast: true }).length).toBe(0);
  });
  test("with a seed hold every example once, in an order of the seed and the epoch", () => {
    const order = (seed: number, epoch = 0): number[] => numbersOf(ten().batches({ size: 3, seed, epoch })).flat();
    expect(order(1).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(order(1)).not.toEqual(order(1, 1));
    expect(numbersOf(ten().batches({ size: 3, seed: 1, shuffle: false })).flat()).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
  test("the same in Node and in every browser: a frozen order", () => {
    expect(numbersOf(ten().batches({ size: 10, seed: 42 })).flat()).toEqual([6, 8, 9, 0, 3, 2, 1, 5, 4, 7]);
  });
  test("give the same ones in every iteration, and from the middle on", () => {
    const addChance: Transform = (batch, random) => {
      for (let i = 0; i < batch.images.data.length; i += 2) batch.images.data[i] += random.uniform();
      return batch;
    };
    const whole = ten().batches({ size: 3, seed: 5, transform: addChance });
    expect(numbersOf(whole)).toEqual(numbersOf(whole));
    expect(numbersOf(ten().batches({ size: 3, seed: 5, transform: addChance, start: 2 }))).toEqual(
      numbersOf(whole).slice(2),
    );
    expect(numbersOf(ten().batches({ size: 3, seed: 5, transform: [addChance, addChance] }))).not.toEqual(
      numbersOf(whole),
    );
    expect(ten().host([0]).images.data).toEqual(Float32Array.of(0, 0.5));
  });
  test("keep what they hold while others are made", () => {
    const [first, second, third] = ten().batches({ size: 4 });
    expect([first, second, third].map(({ images }) => images.dataSync()[0])).toEqual([0, 4, 8]);
    expect([third.images.shape, third.labels.shape]).toEqual([[2, 2], [2]]);
  });
  test("have the element types that columns ask for", () => {
    const kinds = new Dataset({
      bytes: { data: Uint8Array.of(0, 1, 2), shape: [] },
      flags: { data: Uint8Array.of(0, 1, 1), shape: [], dtype: "bool" },
      classes: { data: Uint8Array.of(7, 8, 9), shape: [], dtype: "int32" },
      halves: { data: Int32Array.of(1, 2, 3), shape: [], dtype: "float32", scale: 0.5 },
      doubles: { data: Float64Array.of(0.1, 0.2, 0.3), shape: [] },
    });
    const [batch] = kinds.take([2, 1]).batches({ size: 2 });
    const seen = Object.fromEntries(Object.entries(batch).map(([name, t]) => [name, [t.dtype, ...t.dataSync()]]));
    expect(seen).toEqual({
      bytes: ["float32", 2, 1],
      flags: ["bool", 1, 1],
      classes: ["int32", 9, 8],
      halves: ["float32", 1.5, 1],
      doubles: ["float32", Math.fround(0.3), Math.fround(0.2)],
    });
  });
  test("are mapped one by one", () => {
    const sizes = ten()
      .batches({ size: 4 })
      .map(({ labels }, i) => i * 10 + labels.size);
    expect(Array.from(sizes)).toEqual([4, 14, 22]);
  });
  test("refuse settings that make none", () => {
    expect(() => ten().batches({ size: 0 })).toThrow("batches: size is 0; expected a whole number from 1.");
    expect(() => ten().batches({ size: 2, epoch: -1 })).toThrow("batches: epoch is -1");
    expect(() => ten().batches({ size: 2, start: 6 })).toThrow("batches: start is 6; an epoch has 5 batches.");
    expect(() => ten().batches({ size: 2, shuffle: true })).toThrow("batches: shuffle needs a seed.");
  });
});

describe("a dataset", () => {
  test("shows some of its examples, and some of those", () => {
    const some = ten().take([9, 1, 1]);
    expect(some.length).toBe(3);
    expect(Array.from(some.column("labels").data)).toEqual([0, 1, 1]);
    expect(numbersOf(some.take([2, 0]).batches({ size: 9 }))).toEqual([[1, 9]]);
    expect(numbersOf(ten().slice(7).batches({ size: 9 }))).toEqual([[7, 8, 9]]);
    expect(ten().slice(8, 100).length).toBe(2);
  });
  test("knows what a model reads and predicts", () => {
    const { input, target, role } = ten();
    expect([input, target, role]).toEqual(["images", "labels", "all"]);
    expect(ten().as("test").role).toBe("test");
    expect(ten().as("test").take([1]).role).toBe("test");
  });
  test("gets columns replaced and added", () => {
    const more = ten()
      .slice(0, 2)
      .with({ weights: { data: Float32Array.of(1, 2), shape: [] } }, { target: "weights" });
    expect(more.target).toBe("weights");
    expect(Array.from(more.tensors().weights.dataSync())).toEqual([1, 2]);
    expect(more.tensors().images.shape).toEqual([2, 2]);
  });
  test("refuses columns that do not fit", () => {
    const { images, labels } = { images: ten().column("images"), labels: ten().column("labels") };
    expect(() => new Dataset({ images, labels: { ...labels, data: Int32Array.of(1) } })).toThrow(
      'Dataset: column "labels" has 1 examples, column "images" 10; expected as many.',
    );
    expect(() => new Dataset({ images: { data: new Uint8Array(3), shape: [2] } })).toThrow(
      "expected whole examples of shape [2]",
    );
    expect(() => new Dataset({})).toThrow("Dataset: no columns");
    expect(() => new Dataset({ images }, { target: "y" as "images" })).toThrow(
      'Dataset: no column "y"; there are images.',
    );
    expect(() => ten().take([10])).toThrow("take: index 10; expected whole numbers from 0 to 9.");
    expect(() => ten().column("x" as "images")).toThrow('column: no column "x"');
  });
});

describe("prefetch", () => {
  const later = <T>(value: T, milliseconds = 1): Promise<T> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds, value));
  const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const each of source) found.push(each);
    return found;
  };
  test("gives everything in order, whatever is ready first", async () => {
    const slow = ten()
      .batches({ size: 3 })
      .map((_, i) => later(i, 5 - i));
    expect(await collect(prefetch(slow, { ahead: 3 }))).toEqual([0, 1, 2, 3]);
    expect(await collect(prefetch([]))).toEqual([]);
  });
  test("has as many under way as asked, and no more", async () => {
    let made = 0;
    function* source(): Generator<number> {
      for (let i = 0; i < 10; i++) yield made++;
    }
    const ahead = prefetch(source(), { ahead: 2 });
    await ahead.next();
    await later(0);
    expect(made).toBe(3);
    await ahead.next();
    await later(0);
    expect(made).toBe(4);
  });
  test("throws an error where its element would come, and closes its source when broken off", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
        throw new Error("no third");
      } finally {
        closed = true;
      }
    }
    const found: number[] = [];
    await expect(async () => {
      for await (const each of prefetch(source(), { ahead: 5 })) found.push(each);
    }).rejects.toThrow("no third");
    expect(found).toEqual([1, 2]);
    closed = false;
    for await (const _ of prefetch(source(), { ahead: 1 })) break;
    expect(closed).toBe(true);
    await expect(prefetch([1], { ahead: 0 }).next()).rejects.toThrow("prefetch: ahead is 0");
  });
});

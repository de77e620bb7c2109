// The loaders on the real data of the folder that AGON_DATA names; without it they are skipped, and say so.
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  brown,
  channelStatistics,
  cifar10,
  cifar10Subset,
  DataError,
  datasets,
  fileOf,
  gunzip,
  imdb,
  loadTable,
  mnist,
  multi30k,
  readTar,
  sentencePolarity,
  split,
  spokenDigits,
  standardScaler,
  tableNames,
  tinyShakespeare,
} from "../index.ts";
import { make } from "../files/made-files.ts";
import { dataFolder } from "../node/index.ts";
import { tarOf } from "../readers/tar.test-data.ts";

const folder = process.env.AGON_DATA;
if (!folder) console.warn("data: the loaders are not tried on real data: AGON_DATA names no folder of datasets.");
const files = dataFolder({ offline: true });

describe.skipIf(!folder)("on real data (AGON_DATA)", { timeout: 60_000 }, () => {
  test("every file that the registry names is there, whole", async () => {
    // All of CIFAR-10 is large, and may be missing.
    const { cifar10: _, ...others } = datasets;
    for (const { files: all } of Object.values(others)) for (const file of all) await files.read(file);
  });

  test("BlogCatalog's texts are made of its matrices", async () => {
    for (const name of ["blogcatalog.edges.txt.gz", "blogcatalog.labels.tsv.gz"])
      expect(await gunzip(await make(fileOf("graphs", name), (original) => files.read(original)))).toEqual(
        await gunzip(await files.read(fileOf("graphs", name))),
      );
  });

  test("MNIST", async () => {
    const { train, test: held } = await mnist({ files });
    expect([train.length, held.length, train.role, held.role]).toEqual([60_000, 10_000, "train", "test"]);
    const [{ images, labels }] = train.batches({ size: 5 });
    expect(images.shape).toEqual([5, 1, 28, 28]);
    expect(Array.from(labels.dataSync())).toEqual([5, 0, 4, 1, 9]);
    const pixels = images.dataSync();
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 1]);
    // The published mean and deviation of the training pixels.
    const { mean, deviation } = channelStatistics(train.column("images"));
    expect([mean[0].toFixed(4), deviation[0].toFixed(4)]).toEqual(["0.1307", "0.3081"]);
  });

  test("the CIFAR-10 subset", async () => {
    const { train, test: held } = await cifar10Subset({ files });
    expect([train.length, held.length]).toEqual([4000, 1000]);
    expect(train.classes).toEqual([
      "airplane",
      "automobile",
      "bird",
      "cat",
      "deer",
      "dog",
      "frog",
      "horse",
      "ship",
      "truck",
    ]);
    const counts = (labels: ArrayLike<number>): number[] =>
      Array.from({ length: 10 }, (_, c) => Array.from(labels).filter((label) => label === c).length);
    expect(counts(train.column("labels").data)).toEqual([396, 366, 420, 384, 422, 393, 414, 385, 407, 413]);
    expect(counts(held.column("labels").data)).toEqual([103, 89, 100, 103, 90, 86, 112, 102, 106, 109]);
    expect(Array.from(train.column("images").data.subarray(0, 5))).toEqual([59, 43, 50, 68, 98]);
  });

  test("the tables", async () => {
    const lengths = Object.fromEntries(
      await Promise.all(tableNames.map(async (name) => [name, (await loadTable(name, { files })).length])),
    );
    expect(lengths).toEqual({
      iris: 150,
      spambase: 4601,
      abalone: 4177,
      "auto-mpg": 398,
      "breast-cancer-wisconsin": 699,
      "wine-quality-red": 1599,
      "wine-quality-white": 4898,
      "daily-min-temperatures": 3650,
      "airline-passengers": 144,
      sunspots: 2820,
    });
    const spam = (await loadTable("spambase", { files })).dataset({ target: "class" });
    expect([spam.classes, spam.tensors().features.shape]).toEqual([
      ["0", "1"],
      [4601, 57],
    ]);
    expect(spam.column("target").data.filter((label) => label === 1)).toHaveLength(1813);
    const cars = await loadTable("auto-mpg", { files });
    expect([cars.complete().length, cars.texts("name")[0]]).toEqual([392, "chevrolet chevelle malibu"]);
    expect((await loadTable("breast-cancer-wisconsin", { files })).complete().length).toBe(683);
    const { train } = split(
      (await loadTable("iris", { files })).dataset({ target: "class" }),
      { train: 0.8, test: 0.2 },
      { stratify: "target" },
    );
    expect(standardScaler(train).shift).toHaveLength(4);
    expect((await loadTable("airline-passengers", { files })).numbers("Passengers")[143]).toBe(432);
  });

  test("the texts", async () => {
    const plays = await tinyShakespeare({ files });
    expect([plays.length, new Set(plays).size, plays.slice(0, 14)]).toEqual([1_115_394, 65, "First Citizen:"]);
    const sentences = await sentencePolarity({ files });
    expect([sentences.texts.length, sentences.labels.filter((label) => label === 1).length]).toEqual([10_662, 5331]);
    const { train, test: held } = await imdb({ files });
    expect([train.texts.length, held.texts.length]).toEqual([25_000, 25_000]);
    expect(held.labels.reduce((sum, label) => sum + label, 0)).toBe(12_500);
    const pairs = await multi30k({ files });
    expect([pairs.train, pairs.validation, pairs.test].map(({ german }) => german.length)).toEqual([
      29_000, 1014, 1000,
    ]);
    expect(pairs.train.english[0]).toBe("Two young, White males are outside near many bushes.");
    const tagged = await brown({ files });
    expect([tagged.length, new Set(tagged.map(({ category }) => category)).size]).toEqual([57_340, 15]);
    expect(tagged.reduce((sum, { words }) => sum + words.length, 0)).toBe(1_161_192);
    expect([tagged[0].words[1], tagged[0].tags[1]]).toEqual(["Fulton", "np-tl"]);
  });

  test("the spoken digits", async () => {
    const { train, test: held } = await spokenDigits({ files });
    expect([train.length, held.length]).toEqual([600, 200]);
    expect(new Set(train.map(({ speaker }) => speaker)).size).toBe(4);
    expect(new Set([...train, ...held].map(({ sampleRate }) => sampleRate))).toEqual(new Set([8000]));
    const seconds = [...train, ...held].map(({ samples }) => samples.length / 8000);
    expect([Math.min(...seconds), Math.max(...seconds)].map((each) => each.toFixed(2))).toEqual(["0.14", "2.28"]);
  });
});

describe("the registry", () => {
  test("tells of each dataset what it is, where it lives, who may use it, and whom to cite", () => {
    for (const info of Object.values(datasets))
      for (const field of ["title", "home", "about", "licence", "citation"] as const)
        expect(info[field]).toMatch(/\w\w/);
  });
  test("names for each file its size and checksum, and mirrors on two hosts or more: of the file, or of all that it is made of", () => {
    const all = Object.values(datasets).flatMap(({ files: some }) => some);
    const originals = all.flatMap(({ made }) => made?.originals ?? []);
    for (const file of [...all, ...originals]) {
      expect(file.bytes).toBeGreaterThan(0);
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      if (file.made) expect(file.mirrors, file.path).toEqual([]);
      else expect(new Set(file.mirrors.map((url) => new URL(url).host)).size, file.path).toBeGreaterThan(1);
      expect(new Set(file.mirrors).size).toBe(file.mirrors.length);
    }
    for (const original of originals) expect(original.made, original.path).toBeUndefined();
    const paths = all.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });
  test("pins what comes from a repository to a revision", () => {
    const urls = Object.values(datasets).flatMap(({ files: some }) =>
      some.flatMap(({ mirrors, made }) => [mirrors, ...(made?.originals.map((each) => each.mirrors) ?? [])].flat()),
    );
    for (const url of urls.filter((each) => /githubusercontent|jsdelivr|githack/.test(each)))
      expect(url).toMatch(/[/@][0-9a-f]{40}\//);
  });
  test("knows by heart what it makes of nothing", async () => {
    const known = Object.values(datasets).flatMap(({ files: all }) =>
      all.filter(({ made }) => made?.originals.length === 0),
    );
    expect(known.map(({ path }) => path)).toEqual(["graphs/karate.labels.tsv", "fsdd/SHA256SUMS"]);
    for (const file of known)
      expect(await make(file, () => Promise.reject(new Error("nothing to read")))).toHaveLength(file.bytes);
  });
  test("knows the files of a dataset by name", () => {
    expect(fileOf("mnist", "t10k-labels-idx1-ubyte.gz").path).toBe("mnist/t10k-labels-idx1-ubyte.gz");
    expect(() => fileOf("mnist", "nothing")).toThrow("internal: mnist has no file nothing");
  });
});

describe("an archive", () => {
  const record = (label: number): Uint8Array => new Uint8Array(3073).fill(label);
  const names = new TextEncoder().encode("airplane\nautomobile\n\n");
  const batches = Object.fromEntries(
    [1, 2, 3, 4, 5].map((i) => [`cifar-10-batches-bin/data_batch_${i}.bin`, record(i)]),
  );
  const whole: Readonly<Record<string, Uint8Array>> = {
    ...batches,
    "cifar-10-batches-bin/test_batch.bin": record(9),
    "cifar-10-batches-bin/batches.meta.txt": names,
  };
  const serve = (bytes: Uint8Array) => ({ read: async () => bytes });

  test("of CIFAR-10 is read batch after batch, plain or packed", async () => {
    for (const bytes of [tarOf(whole), new Uint8Array(gzipSync(tarOf(whole)))]) {
      const { train, test: held } = await cifar10({ files: serve(bytes) });
      expect([...train.column("labels").data]).toEqual([1, 2, 3, 4, 5]);
      expect([train.column("images").data.at(-1), held.length, held.role]).toEqual([5, 1, "test"]);
      expect(held.classes).toEqual(["airplane", "automobile"]);
    }
  });
  test("without a batch is named", async () => {
    const { "cifar-10-batches-bin/data_batch_3.bin": _, ...rest } = whole;
    await expect(cifar10({ files: serve(tarOf(rest)) })).rejects.toThrow(
      "cifar10/cifar-10-binary.tar.gz: data_batch_3.bin at byte 0: is missing",
    );
  });
  test("cut off or changed in a header is an error; what is read is what was written", async () => {
    const bytes = tarOf({ "a.txt": names });
    const read = async (changed: Uint8Array): Promise<unknown> =>
      readTar(changed, { file: "x.tar" }).catch((error: unknown) => error);
    const truth = await read(bytes);
    expect(truth).toEqual(new Map([["a.txt", names]]));
    for (let length = 0; length < bytes.length - 1024; length += 31)
      expect(await read(bytes.slice(0, length))).toBeInstanceOf(DataError);
    for (let at = 512; at < 1024; at++) {
      const changed = bytes.slice();
      changed[at] ^= 1;
      const found = await read(changed);
      if (!(found instanceof DataError)) expect(found, `byte ${at}`).toEqual(truth);
    }
  });
});

test("a table that nobody knows is named", async () => {
  await expect(loadTable("irises" as "iris", { files })).rejects.toThrow(
    'loadTable: no table "irises"; there are iris, spambase',
  );
});

import { expect, test } from "vitest";
import { DataError } from "../readers/data-error.ts";
import { tarOf } from "../readers/tar.test-data.ts";
import * as blogCatalog from "./blog-catalog.ts";
import { taggedSentences } from "./brown.ts";
import { classNames, firstImages } from "./cifar10.ts";
import * as cora from "./cora.ts";
import { allx, ally, brownZip, compressedMat, graph, tx, ty } from "./originals.test-data.ts";
import { labelledReviews, unlabelledWords } from "./reviews.ts";
import { ratedPairs } from "./sim-lex.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const archive = tarOf({
  "aclImdb/train/neg/10_2.txt": bytesOf("Dull,\tand\r\nlong."),
  "aclImdb/train/neg/9_1.txt": bytesOf("Bad."),
  "aclImdb/train/pos/0_9.txt": bytesOf("Fine!"),
  "aclImdb/test/pos/0_10.txt": bytesOf("Café"),
  "aclImdb/train/unsup/10_0.txt": bytesOf("Don't miss it in 1984."),
  "aclImdb/train/unsup/9_0.txt": bytesOf("A <i>GOOD</i> one.<br /><br />Café, née X"),
});

test("labelled reviews are lines of label, stars, id and text: praise first, each by number", async () => {
  expect(textOf(await labelledReviews(archive, "train"))).toBe(
    "1\t9\t0\tFine!\n0\t1\t9\tBad.\n0\t2\t10\tDull, and long.\n",
  );
  expect(textOf(await labelledReviews(archive, "test"))).toBe("1\t10\t0\tCafé\n");
});

test("unlabelled reviews become plain words, less the last one, which may be cut", async () => {
  expect(textOf(await unlabelledWords(archive))).toBe("a i good i one caf n e x dont miss it in one nine eight\n");
});

test("tagged sentences are lines of text, category and words, in the order of cats.txt", async () => {
  expect(textOf(await taggedSentences(brownZip))).toBe(
    "ca01\tnews\tThe/at Fulton/np-tl said/vbd\nca01\tnews\tYes/rb ./.\nce02\thobbies\tNo/rb\n",
  );
});

test("Cora's links stand once each, and its nodes in their own order with class, part and words", async () => {
  expect(textOf(await cora.links(graph))).toBe("0 1\n0 4\n1 2\n3 4\n");
  expect(textOf(await cora.nodes(allx, ally, tx, ty, bytesOf("4\n3\n")))).toBe(
    "0\t0\ttrain\t1\n1\t1\ttrain\t0 1\n2\t1\ttrain\t2\n3\t0\ttest\t\n4\t1\ttest\t0 2\n",
  );
  await expect(cora.nodes(graph, ally, tx, ty, bytesOf("4\n3\n"))).rejects.toThrow(
    "ind.cora.allx: pickle at byte 0: expected a sparse matrix.",
  );
});

test("BlogCatalog's links stand once each, its labels node by node", async () => {
  expect(textOf(await blogCatalog.links(compressedMat))).toBe("0 1\n0 3\n1 2\n");
  expect(textOf(await blogCatalog.labels(compressedMat))).toBe("0\t0 2\n1\t1\n2\t\n3\t0 1 2\n");
});

test("the first images of a batch and the names of the classes are cut out of CIFAR-10's archive", async () => {
  const images = Uint8Array.from({ length: 3 * 3073 }, (_, i) => i % 251);
  const cifar = tarOf({
    "cifar-10-batches-bin/test_batch.bin": images,
    "cifar-10-batches-bin/batches.meta.txt": bytesOf("airplane\n"),
  });
  expect(await firstImages(cifar, { batch: "test_batch.bin", count: 2 })).toEqual(images.subarray(0, 2 * 3073));
  expect(textOf(await classNames(cifar))).toBe("airplane\n");
  await expect(firstImages(cifar, { batch: "data_batch_1.bin", count: 2 })).rejects.toThrow(
    "cifar-10-binary.tar.gz: data_batch_1.bin at byte 0: is missing.",
  );
});

test("an archive without the table of SimLex-999 is named", async () => {
  await expect(ratedPairs(brownZip)).rejects.toThrow(DataError);
});

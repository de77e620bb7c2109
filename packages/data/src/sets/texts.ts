// Texts: plays, film reviews, sentences in two languages, sentences with parts of speech.
import { defaultFiles } from "../files/default-files.ts";
import { DataError } from "../readers/data-error.ts";
import { readLines, readText } from "../readers/text.ts";
import type { LoadOptions } from "./mnist.ts";
import { type DatasetName, fileOf } from "./registry.ts";

async function bytesOf(dataset: DatasetName, name: string, { files = defaultFiles(), ...options }: LoadOptions) {
  const file = fileOf(dataset, name);
  return { bytes: await files.read(file, options), file: file.path };
}

/** Tiny Shakespeare, 1 115 394 characters. */
export async function tinyShakespeare(options: LoadOptions = {}): Promise<string> {
  const { bytes, file } = await bytesOf("tinyshakespeare", "input.txt", options);
  return readText(bytes, { file });
}

/** Texts and what they are: 1 for praise, 0 for blame. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
}

/** The 10 662 sentences of the polarity dataset, first the negative ones; there is no official split. */
export async function sentencePolarity(options: LoadOptions = {}): Promise<LabelledTexts> {
  const lines = async (name: string): Promise<string[]> => {
    const { bytes, file } = await bytesOf("rt-polarity", name, options);
    return readLines(bytes, { file });
  };
  const [blame, praise] = [await lines("rt-polarity.neg"), await lines("rt-polarity.pos")];
  return {
    texts: [...blame, ...praise],
    labels: Int32Array.from({ length: blame.length + praise.length }, (_, i) => Number(i >= blame.length)),
  };
}

/** 25 000 training and 25 000 test reviews of films, first the positive ones of each. */
export async function imdb(options: LoadOptions = {}): Promise<{ train: LabelledTexts; test: LabelledTexts }> {
  const part = async (name: string): Promise<LabelledTexts> => {
    const { bytes, file } = await bytesOf("imdb", name, options);
    const rows = (await readLines(bytes, { file })).map((line) => line.split("\t"));
    const bad = rows.findIndex((row) => row.length !== 4 || !/^[01]$/.test(row[0]));
    if (bad >= 0)
      throw new DataError(
        { file, field: `line ${bad + 1}`, offset: rows.slice(0, bad).join("\n").length },
        "expected label (0 or 1), stars, id and text, parted by tabs.",
      );
    return { texts: rows.map((row) => row[3]), labels: Int32Array.from(rows, (row) => Number(row[0])) };
  };
  return { train: await part("imdb-train.tsv.gz"), test: await part("imdb-test.tsv.gz") };
}

/** Sentence i of `english` says what sentence i of `german` does. */
export interface SentencePairs {
  readonly english: readonly string[];
  readonly german: readonly string[];
}

/** Descriptions of images in two languages: 29 000 pairs to train, 1 014 to validate, 1 000 to test. */
export async function multi30k(
  options: LoadOptions = {},
): Promise<{ train: SentencePairs; validation: SentencePairs; test: SentencePairs }> {
  const part = async (name: string): Promise<SentencePairs> => {
    const [english, german] = await Promise.all(
      ["en", "de"].map(async (language) => {
        const { bytes, file } = await bytesOf("multi30k", `${name}.${language}.gz`, options);
        return readLines(bytes, { file });
      }),
    );
    if (english.length !== german.length)
      throw new DataError(
        { file: `multi30k/${name}.de.gz`, field: "lines", offset: 0 },
        `${german.length} lines; expected ${english.length}, as in English.`,
      );
    return { english, german };
  };
  return { train: await part("train"), validation: await part("val"), test: await part("test_2016_flickr") };
}

/** A sentence, and the part of speech of each word. */
export interface TaggedSentence {
  readonly category: string;
  readonly words: readonly string[];
  /** Brown's own, "np-tl": a base, then marks such as -tl for words of titles. */
  readonly tags: readonly string[];
}

/** The 57 340 sentences of the Brown corpus, 15 categories one after the other. */
export async function brown(options: LoadOptions = {}): Promise<readonly TaggedSentence[]> {
  const { bytes, file } = await bytesOf("brown", "brown-tagged.tsv.gz", options);
  const lines = await readLines(bytes, { file });
  return lines.map((line, i) => {
    const [, category, text = ""] = line.split("\t");
    const tokens = text.split(" ");
    const slashes = tokens.map((token) => token.lastIndexOf("/"));
    if (slashes.some((at) => at < 1))
      throw new DataError(
        { file, field: `line ${i + 1}`, offset: lines.slice(0, i).join("\n").length },
        "expected a text's name, its category and words as word/tag, parted by tabs.",
      );
    return {
      category,
      words: tokens.map((token, k) => token.slice(0, slashes[k])),
      tags: tokens.map((token, k) => token.slice(slashes[k] + 1)),
    };
  });
}

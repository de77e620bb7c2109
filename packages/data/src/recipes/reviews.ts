// Tables and a corpus made of aclImdb_v1.tar.gz, which has one file a review.
import { readTar } from "../readers/tar.ts";

const text = new TextDecoder("utf-8", { ignoreBOM: true });

/** Lines of label (1 for praise), stars, id and text of train/{pos,neg}/{id}_{stars}.txt or of test's: first praise, each by id. */
export async function labelledReviews(archive: Uint8Array, part: "train" | "test"): Promise<Uint8Array> {
  const reviews = [...(await readTar(archive))].flatMap(([name, bytes]) => {
    const [, of, side, id, stars] = /^aclImdb\/(train|test)\/(pos|neg)\/(\d+)_(\d+)\.txt$/.exec(name) ?? [];
    return of === part ? [{ label: Number(side === "pos"), id: Number(id), stars, bytes }] : [];
  });
  const lines = reviews
    .sort((a, b) => b.label - a.label || a.id - b.id)
    .map(
      ({ label, stars, id, bytes }) => `${label}\t${stars}\t${id}\t${text.decode(bytes).replace(/[\t\r\n]+/g, " ")}\n`,
    );
  return new TextEncoder().encode(lines.join(""));
}

const CORPUS_BYTES = 20_000_000;
const DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** The unlabelled reviews by id, one after the other as plain words: what is whole of their first 20 000 000 bytes. */
export async function unlabelledWords(archive: Uint8Array): Promise<Uint8Array> {
  const reviews = [...(await readTar(archive))].flatMap(([name, bytes]) => {
    const [, id] = /^aclImdb\/train\/unsup\/(\d+)_0\.txt$/.exec(name) ?? [];
    return id === undefined ? [] : [{ id: Number(id), bytes }];
  });
  reviews.sort((a, b) => a.id - b.id);
  const parts: string[] = [];
  let length = 0;
  for (const { bytes } of reviews) {
    const words = plainWords(text.decode(bytes));
    parts.push(words);
    length += words.length + 1;
    if (length > CORPUS_BYTES) break;
  }
  const start = parts.join(" ").slice(0, CORPUS_BYTES);
  return new TextEncoder().encode(`${start.slice(0, start.lastIndexOf(" "))}\n`);
}

/** As text8 has it: a to z and single spaces, digits spelled out; apostrophes vanish, so that "don't" stays one word. */
const plainWords = (review: string): string =>
  review
    .toLowerCase()
    .replaceAll("<br />", " ")
    .replaceAll("'", "")
    .replace(/[0-9]/g, (digit) => ` ${DIGITS[Number(digit)]} `)
    .replace(/[^a-z]+/g, " ")
    .trim();

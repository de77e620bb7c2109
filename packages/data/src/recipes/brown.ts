// The Brown corpus as one table, made of NLTK's brown.zip, which has one file a text.
import { readZip } from "../readers/zip.ts";

/** Lines of a text's name, its category and the words/tags of a sentence, in the order of cats.txt. */
export async function taggedSentences(archive: Uint8Array): Promise<Uint8Array> {
  const files = readZip(archive);
  const text = (name: string): string => new TextDecoder().decode(files.get(`brown/${name}`));
  const texts = text("cats.txt").trim().split(/\r?\n/);
  const lines = texts.flatMap((line) => {
    const [name, category] = line.split(" ");
    return text(name)
      .split("\n")
      .map((sentence) => sentence.trim().split(/\s+/).join(" "))
      .filter((sentence) => sentence !== "")
      .map((sentence) => `${name}\t${category}\t${sentence}\n`);
  });
  return new TextEncoder().encode(lines.join(""));
}

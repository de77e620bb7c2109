// Makes data files that nobody serves as they are needed, from the originals: npm run prepare-data -- FOLDER [dataset…]; without datasets all it
// can make. `--original NAME=PATH` takes an original that is there already (`--list` names them) in place of downloading it. What comes out is written only if it has
// the SHA-256 of the registry (of a .gz: of what it holds, for other programs pack otherwise).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { crc32, gzipSync, inflateRawSync } from "node:zlib";
import { datasets, readTar } from "../packages/data/src/index.ts";

const github = (repository, revision, path) => [
  `https://raw.githubusercontent.com/${repository}/${revision}/${path}`,
  `https://cdn.jsdelivr.net/gh/${repository}@${revision}/${path}`,
];
const tarball = (repository, revision) => [
  `https://codeload.github.com/${repository}/tar.gz/${revision}`,
  `https://github.com/${repository}/archive/${revision}.tar.gz`,
];

const wikitext = (name) =>
  github("pytorch/examples", "77f55b912142e11fcfdf5b530231fb9c52f181e8", `word_language_model/data/wikitext-2/${name}`);

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const text = (bytes) => new TextDecoder().decode(bytes);
const bytesOf = (string) => new TextEncoder().encode(string);

/** The files of a zip archive by name (APPNOTE 6.3.10: 4.3.7, 4.3.12, 4.3.16), stored or deflated. */
const readZip = (zip) => {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("no zip archive: it has no central directory.");
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [method, sum, size] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 16, true),
      view.getUint32(at + 20, true),
    ];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const name = text(zip.subarray(at + 46, at + 46 + nameLength));
    const packed = zip.subarray(start, start + size);
    const content = method === 0 ? packed : inflateRawSync(packed);
    if (crc32(content) !== sum) throw new Error(`zip archive: ${name} is damaged.`);
    files.set(name, content);
    at += 46 + nameLength + extra + comment;
  }
  return files;
};

/** Where the originals are, by a name, and what is made of them: contents by file name, before they are packed. */
const RECIPES = {
  "cifar10-subset": {
    originals: { cifar10: datasets.cifar10.files[0].mirrors },
    async make({ cifar10 }) {
      const files = await readTar(cifar10);
      const record = 1 + 3 * 32 * 32;
      const of = (name) => files.get(`cifar-10-batches-bin/${name}`);
      return {
        "data_batch_1_first4000.bin.gz": of("data_batch_1.bin").subarray(0, 4000 * record),
        "test_batch_first1000.bin.gz": of("test_batch.bin").subarray(0, 1000 * record),
        "batches.meta.txt": of("batches.meta.txt"),
      };
    },
  },
  imdb: {
    originals: {
      aclImdb: [
        "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        ...tarball("dax44/AMLM", "05fb2144cdac27a88f277b3969df58e2ae041af6"),
      ],
    },
    async make({ aclImdb }) {
      // …/{train,test}/{pos,neg}/{id}_{stars}.txt; the second source calls a part of "train" "val".
      const reviews = [...(await readTar(aclImdb))].flatMap(([name, bytes]) => {
        const [, part, side, id, stars] = /\/(train|val|test)\/(pos|neg)\/(\d+)_(\d+)\.txt$/.exec(name) ?? [];
        if (!part) return [];
        const label = side === "pos" ? 1 : 0;
        return [{ test: part === "test", label, id: Number(id), stars, words: text(bytes).replace(/[\t\r\n]+/g, " ") }];
      });
      reviews.sort((a, b) => b.label - a.label || a.id - b.id);
      const table = (test) =>
        reviews
          .filter((review) => review.test === test)
          .map(({ label, stars, id, words }) => `${label}\t${stars}\t${id}\t${words}\n`)
          .join("");
      return { "imdb-train.tsv.gz": bytesOf(table(false)), "imdb-test.tsv.gz": bytesOf(table(true)) };
    },
  },
  brown: {
    originals: {
      "brown.zip": [
        "https://raw.githubusercontent.com/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora/brown.zip",
        "https://nltk.github.io/nltk_data/packages/corpora/brown.zip",
      ],
    },
    make(originals) {
      const files = readZip(originals["brown.zip"]);
      const categories = text(files.get("brown/cats.txt")).trim().split(/\r?\n/);
      const lines = categories.flatMap((line) => {
        const [name, category] = line.split(" ");
        const sentences = text(files.get(`brown/${name}`)).split("\n");
        return sentences
          .map((sentence) => sentence.trim().split(/\s+/).join(" "))
          .filter(Boolean)
          .map((sentence) => `${name}\t${category}\t${sentence}\n`);
      });
      return { "brown-tagged.tsv.gz": bytesOf(lines.join("")) };
    },
  },
  wikitext2: {
    originals: { "valid.txt": wikitext("valid.txt"), "test.txt": wikitext("test.txt") },
    make: (originals) => ({
      "wiki.valid.tokens.gz": originals["valid.txt"],
      "wiki.test.tokens.gz": originals["test.txt"],
    }),
  },
  "word-vectors": {
    originals: {
      "SimLex-999.zip": [
        "https://fh295.github.io/SimLex-999.zip",
        ...github("QuentinBlampey/word2vec", "9526a97ed1bc41379c504e6f3daad0903c59a3f1", "SimLex-999.zip"),
      ],
    },
    make: (originals) => ({
      "SimLex-999.txt": readZip(originals["SimLex-999.zip"]).get("SimLex-999/SimLex-999.txt"),
    }),
  },
  "flickr8k-captions": {
    originals: {
      captions: github("sumanp31/Image-captioning", "ce03ef44f97c3cb61034bc6fb04ef4d59fbea48c", "Flickr8k.token.txt"),
    },
    make: ({ captions }) => ({ "Flickr8k.token.txt.gz": captions }),
  },
  fsdd: {
    originals: {
      recordings: tarball("Jakobovski/free-spoken-digit-dataset", "26eb9aaf76e81b692f806f9140c2d2777410d7a1"),
    },
    async make({ recordings }) {
      const recording = /\/recordings\/(\d_(?:jackson|nicolas|theo|yweweler)_1?\d\.wav)$/;
      const kept = [...(await readTar(recordings))]
        .map(([path, bytes]) => [recording.exec(path)?.[1], bytes])
        .filter(([name]) => name !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const sums = kept.map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
      return { ...Object.fromEntries(kept), SHA256SUMS: bytesOf(sums.join("")) };
    },
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: "boolean" }, original: { type: "string", multiple: true, default: [] } },
});
const [folder, ...asked] = positionals;
if (values.list || folder === undefined) {
  console.log("npm run prepare-data -- FOLDER [dataset…] [--original NAME=PATH]");
  for (const [name, { originals }] of Object.entries(RECIPES))
    for (const [original, urls] of Object.entries(originals))
      console.log(`${name}: ${original} from ${urls.join(", ")}`);
  process.exit(values.list ? 0 : 1);
}
const unknown = asked.find((name) => !Object.hasOwn(RECIPES, name));
if (unknown) throw new Error(`no recipe for ${unknown}; there are ${Object.keys(RECIPES).join(", ")}.`);
const given = new Map(values.original.map((pair) => pair.split(/=(.*)/s)));

const download = async (urls) => {
  const failures = [];
  for (const url of urls) {
    try {
      const response = await fetch(url);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      failures.push(`${url}: HTTP ${response.status}`);
    } catch (error) {
      failures.push(`${url}: ${error.cause?.message ?? error.message}`);
    }
  }
  throw new Error(`could not be had:\n  ${failures.join("\n  ")}`);
};

for (const [dataset, { originals, make }] of Object.entries(RECIPES)) {
  if (asked.length > 0 && !asked.includes(dataset)) continue;
  const read = {};
  for (const [name, urls] of Object.entries(originals))
    read[name] = given.has(name) ? new Uint8Array(readFileSync(given.get(name))) : await download(urls);
  const made = await make(read);
  const known = new Map(datasets[dataset].files.map((file) => [file.path, file]));
  const named = Object.keys(made).filter((name) => known.has(`${dataset}/${name}`));
  for (const name of named) {
    const { path, sha256: sum, unpacked = sum } = known.get(`${dataset}/${name}`);
    if (sha256(made[name]) !== unpacked) throw new Error(`${path}: what was made has not the SHA-256 of the registry.`);
  }
  for (const [name, content] of Object.entries(made)) {
    const path = join(folder, dataset, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name.endsWith(".gz") ? gzipSync(content, { level: 9 }) : content);
  }
  console.log(`made ${named.map((name) => join(folder, dataset, name)).join(", ")}`);
}

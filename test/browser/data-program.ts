// What @agon/data does with a file from the web, as numbers: the same in Node and in a page.
import {
  BytePairTokenizer,
  crop,
  Dataset,
  fileOf,
  flip,
  gunzip,
  logMel,
  mixup,
  readCsv,
  readIdx,
  readText,
  sha256,
  webFiles,
} from "@agon/data";

export interface Tried {
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  /** SHA-256 over the bytes of augmented images, of log-mel features, of tokens. */
  readonly images: string;
  readonly features: string;
  readonly tokens: string;
  readonly table: readonly number[];
  readonly message: string;
  /** The content of a packed file and of one of a dataset that are made of nothing. */
  readonly made: readonly [sha256: string, clubs: string];
}

/** Images of IDX, gzip. */
export interface Served {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export async function tryData(origin: string, file: Served): Promise<Tried> {
  const files = webFiles({ mirrors: [origin], pauseMilliseconds: 10 });
  const { shape, data } = await readIdx(await files.read({ ...file, mirrors: [] }), { file: file.path });
  const images = new Dataset({
    images: { data, shape: [1, ...shape.slice(1)], scale: 1 / 255 },
    labels: { data: Int32Array.from({ length: shape[0] }, (_, i) => i % 10), shape: [] },
  });
  const transform = [flip(), crop({ padding: 2 }), mixup({ classes: 10 })];
  const [batch] = images.batches({ size: 16, seed: 3, transform });
  const [{ labels }] = images.batches({ size: 16, seed: 3 });
  const features = logMel(Float32Array.from(data.subarray(0, 4000)), { sampleRate: 8000, fftSize: 256 });
  const prose = "Zoë said: naïve 😀, naïve! ".repeat(9);
  const tokens = BytePairTokenizer.train(prose, { size: 280 }).encode(prose);
  const table = await readCsv('a,b\n1,"x\ny"\n3,z\n');
  const made = {
    path: "made/of-nothing.gz",
    bytes: 0,
    sha256: "",
    unpacked: await sha256(bytesOf(data)),
    mirrors: [],
    made: { originals: [], make: async () => bytesOf(data) },
  };
  return {
    made: [
      await sha256(await gunzip(await webFiles().read(made))),
      await readText(await webFiles().read(fileOf("graphs", "karate.labels.tsv"))),
    ],
    shape,
    labels: Array.from(labels.dataSync()),
    images: await sha256(bytesOf(batch.images.dataSync())),
    features: await sha256(bytesOf(features.data)),
    tokens: await sha256(bytesOf(tokens)),
    table: Array.from(table.numbers("a")),
    message: await readIdx(bytesOf(features.data), { file: "no.idx" }).then(
      () => "none",
      (error: Error) => error.message,
    ),
  };
}

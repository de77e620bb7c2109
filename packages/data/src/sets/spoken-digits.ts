// The Free Spoken Digit Dataset: digits spoken by four people, at 8 kHz.
import { defaultFiles } from "../files/default-files.ts";
import type { DataFile } from "../files/data-files.ts";
import { DataError } from "../readers/data-error.ts";
import { readLines } from "../readers/text.ts";
import { readWav } from "../readers/wav.ts";
import { FSDD_SIZES } from "./fsdd-sizes.ts";
import type { LoadOptions } from "./mnist.ts";
import { github } from "./listing.ts";
import { fileOf } from "./registry.ts";

export interface SpokenDigit {
  readonly digit: number;
  readonly speaker: string;
  /** Of the same digit by the same speaker, from 0 on. */
  readonly take: number;
  readonly sampleRate: number;
  /** From −1 to 1. */
  readonly samples: Float32Array;
}

const mirrors = github(
  "Jakobovski/free-spoken-digit-dataset",
  "26eb9aaf76e81b692f806f9140c2d2777410d7a1",
  "recordings/",
);

interface Recording extends DataFile, Pick<SpokenDigit, "digit" | "speaker" | "take"> {}

/** 600 recordings to train and 200 (takes 0 to 4) to test. */
export async function spokenDigits({
  files = defaultFiles(),
  ...options
}: LoadOptions = {}): Promise<{ train: SpokenDigit[]; test: SpokenDigit[] }> {
  const sums = fileOf("fsdd", "SHA256SUMS");
  const recordings = recordingsOf(await readLines(await files.read(sums, options), { file: sums.path }), sums.path);
  const all: SpokenDigit[] = [];
  for (const recording of recordings) {
    const { digit, speaker, take, path } = recording;
    const { sampleRate, channels } = readWav(await files.read(recording, options), { file: path });
    all.push({ digit, speaker, take, sampleRate, samples: channels[0] });
  }
  return { train: all.filter(({ take }) => take >= 5), test: all.filter(({ take }) => take < 5) };
}

/** Lines "SHA-256, two spaces, {digit}_{speaker}_{take}.wav". */
function recordingsOf(lines: readonly string[], file: string): Recording[] {
  let offset = 0;
  return lines.map((line, i) => {
    const [, sha256, name, digit, speaker, take] = /^([0-9a-f]{64}) {2}((\d)_([a-z]+)_(\d+)\.wav)$/.exec(line) ?? [];
    if (!name || lines.length !== FSDD_SIZES.length)
      throw new DataError(
        { file, field: `line ${i + 1}`, offset },
        `${JSON.stringify(line)}, of ${lines.length}; expected a sum and the name of a recording, ${FSDD_SIZES.length} times.`,
      );
    offset += line.length + 1;
    return {
      path: `fsdd/${name}`,
      bytes: FSDD_SIZES[i],
      sha256,
      mirrors: mirrors(name),
      digit: Number(digit),
      speaker,
      take: Number(take),
    };
  });
}

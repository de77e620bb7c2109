// WAV: sound as PCM of 8, 16, 24 or 32 bits or as floating-point numbers, in any number of channels.
import { ByteReader } from "./byte-reader.ts";
import type { ReadOptions } from "./data-error.ts";

export interface Sound {
  /** Samples a second. */
  readonly sampleRate: number;
  /** One array per channel, from −1 to 1 for PCM. */
  readonly channels: readonly Float32Array[];
}

interface Format {
  readonly code: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly frameSize: number;
  readonly bits: number;
}

const LITTLE = { littleEndian: true };
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** Reads a WAV file. Every size that the file states is held against what is there. */
export function readWav(bytes: Uint8Array, { file = "WAV data" }: ReadOptions = {}): Sound {
  const reader = new ByteReader(bytes, file);
  expectText(reader, "RIFF", "RIFF mark");
  const size = reader.uint32("RIFF size", LITTLE);
  if (size !== reader.left && size !== reader.left - 1)
    throw reader.error("RIFF size", `says ${size} bytes; ${reader.left} follow.`, 4);
  expectText(reader, "WAVE", "WAVE mark");
  let format: Format | undefined;
  let data: { readonly start: number; readonly length: number } | undefined;
  // A chunk of odd length is followed by a byte of padding. All are walked: sizes that lie do not end where the file does.
  while (reader.left > 1) {
    const start = reader.offset;
    const name = reader.text(4, "chunk name");
    const length = reader.uint32(`size of chunk "${name}"`, LITTLE);
    if (length > reader.left)
      throw reader.error(`size of chunk "${name}"`, `says ${length} bytes; ${reader.left} follow.`, start + 4);
    const end = reader.offset + length;
    if (name === "data" && data) throw reader.error('chunk "data"', "a second one; expected a single one.", start);
    if (name === "fmt ") format = readFormat(reader, length);
    else if (name === "data") data = { start: reader.offset, length };
    reader.offset = Math.min(end + (length % 2), bytes.length);
  }
  if (!format) throw reader.error('chunk "fmt "', "is missing: nothing tells what the samples are.");
  if (!data) throw reader.error('chunk "data"', "is missing; the file holds no samples.");
  reader.offset = data.start;
  return readSamples(reader, data.length, format);
}

function expectText(reader: ByteReader, wanted: string, field: string): void {
  const offset = reader.offset;
  const found = reader.text(4, field);
  if (found !== wanted) throw reader.error(field, `${JSON.stringify(found)}; expected "${wanted}".`, offset);
}

function readFormat(reader: ByteReader, length: number): Format {
  const start = reader.offset;
  if (length < 16) throw reader.error('chunk "fmt "', `${length} bytes; expected at least 16.`, start);
  let code = reader.uint16("format code", LITTLE);
  const channels = reader.uint16("channels", LITTLE);
  const sampleRate = reader.uint32("sample rate", LITTLE);
  const byteRate = reader.uint32("byte rate", LITTLE);
  const frameSize = reader.uint16("frame size", LITTLE);
  const bits = reader.uint16("bits per sample", LITTLE);
  if (code === EXTENSIBLE) {
    if (length < 26)
      throw reader.error('chunk "fmt "', `${length} bytes; expected 40 for an extensible format.`, start);
    reader.offset += 8;
    code = reader.uint16("format code of the extension", LITTLE);
  }
  const known = code === PCM ? [8, 16, 24, 32] : code === FLOAT ? [32, 64] : null;
  if (!known)
    throw reader.error(
      "format code",
      `${code}; expected ${PCM} (PCM) or ${FLOAT} (floating point): convert the file first.`,
      start,
    );
  if (!known.includes(bits))
    throw reader.error("bits per sample", `${bits}; expected ${known.join(", ")} for format ${code}.`, start + 14);
  if (channels === 0) throw reader.error("channels", "0; expected at least 1.", start + 2);
  if (sampleRate === 0) throw reader.error("sample rate", "0; expected at least 1.", start + 4);
  if (frameSize !== (channels * bits) / 8)
    throw reader.error(
      "frame size",
      `${frameSize}; expected ${(channels * bits) / 8}, ${channels} × ${bits} bits.`,
      start + 12,
    );
  if (byteRate !== sampleRate * frameSize)
    throw reader.error(
      "byte rate",
      `${byteRate}; expected ${sampleRate * frameSize}, ${sampleRate} frames of ${frameSize} bytes.`,
      start + 8,
    );
  return { code, channels, sampleRate, frameSize, bits };
}

function readSamples(reader: ByteReader, length: number, format: Format): Sound {
  const { channels, frameSize, sampleRate } = format;
  if (length % frameSize !== 0)
    throw reader.error(
      'size of chunk "data"',
      `${length} bytes; expected whole frames of ${frameSize}.`,
      reader.offset - 4,
    );
  const start = reader.offset;
  const { buffer, byteOffset, byteLength } = reader.take(length, "samples");
  const view = new DataView(buffer, byteOffset, byteLength);
  const sampleSize = frameSize / channels;
  const read = sampleReader(format);
  const planes = Array.from({ length: channels }, () => new Float32Array(length / frameSize));
  planes.forEach((plane, channel) => {
    for (let i = 0; i < plane.length; i++) {
      const at = i * frameSize + channel * sampleSize;
      plane[i] = read(view, at);
      if (!Number.isFinite(plane[i]))
        throw reader.error(`sample ${i} of channel ${channel}`, `${plane[i]}; expected a finite number.`, start + at);
    }
  });
  return { sampleRate, channels: planes };
}

/** PCM to [−1, 1): 8 bits are unsigned around 128, more are signed. */
function sampleReader({ code, bits }: Format): (view: DataView, at: number) => number {
  if (code === FLOAT)
    return bits === 32 ? (view, at) => view.getFloat32(at, true) : (view, at) => view.getFloat64(at, true);
  if (bits === 8) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (view, at) => view.getInt16(at, true) / 32768;
  if (bits === 24) return (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8388608;
  return (view, at) => view.getInt32(at, true) / 2147483648;
}

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError, gunzip, readCifar10, readCifar100, readIdx, readLines, readText, readWav } from "../index.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
const big = (...values: readonly number[]): number[] =>
  values.flatMap((value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);

/** Three images of 2 × 2 bytes. */
const idx = Uint8Array.from([0, 0, 8, 3, ...big(3, 2, 2), ...Array.from({ length: 12 }, (_, i) => i * 20)]);

/** Two records of CIFAR-10. */
const cifar = Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 3 + i / 3073 : (i * 7) % 256));

interface WavOptions {
  readonly bits: number;
  readonly channels?: number;
  readonly code?: number;
  readonly extensible?: boolean;
  /** A chunk before the samples, of odd length. */
  readonly comment?: boolean;
}

/** A WAV file at 8000 Hz with these bytes of samples. */
function wav(
  samples: Uint8Array,
  { bits, channels = 1, code = 1, extensible = false, comment = false }: WavOptions,
): Uint8Array {
  const frame = (channels * bits) / 8;
  const u16 = (value: number): number[] => [value & 255, value >>> 8];
  const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
  const format = [
    ...u16(extensible ? 0xfffe : code),
    ...u16(channels),
    ...u32(8000),
    ...u32(8000 * frame),
    ...u16(frame),
    ...u16(bits),
  ];
  const extension = extensible
    ? [...u16(22), ...u16(bits), ...u32(0), ...u16(code), ...new Array<number>(14).fill(0)]
    : [];
  const chunk = (name: string, data: readonly number[]): number[] => [
    ...utf8(name),
    ...u32(data.length),
    ...data,
    ...(data.length % 2 ? [0] : []),
  ];
  const body = [
    ...utf8("WAVE"),
    ...chunk("fmt ", [...format, ...extension]),
    ...(comment ? chunk("LIST", [1, 2, 3]) : []),
    ...chunk("data", [...samples]),
  ];
  return Uint8Array.from([...utf8("RIFF"), ...u32(body.length), ...body]);
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe("IDX", () => {
  test("is read plain and packed, in every type", async () => {
    const images = { shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
    expect(await readIdx(idx)).toEqual(images);
    expect(await readIdx(gzip(idx))).toEqual(images);
    const one = async (type: number, ...bytes: number[]) =>
      (await readIdx(Uint8Array.of(0, 0, type, 1, 0, 0, 0, 1, ...bytes))).data;
    expect(await one(0x09, 0xfe)).toEqual(Int32Array.of(-2));
    expect(await one(0x0b, 0xff, 0xfe)).toEqual(Int32Array.of(-2));
    expect(await one(0x0c, 0xff, 0xff, 0xff, 0xfe)).toEqual(Int32Array.of(-2));
    expect(await one(0x0d, 0x3f, 0xc0, 0, 0)).toEqual(Float32Array.of(1.5));
    expect(await one(0x0e, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(-1.5));
  });
  test.each<[string, Uint8Array, string]>([
    [
      "no IDX",
      utf8("hello, world"),
      "x.idx: magic number at byte 0: 68 65 6c 6c; expected 00 00, a type (08, 09, 0b, 0c, 0d, 0e)",
    ],
    ["no dims", Uint8Array.of(0, 0, 8, 0), "x.idx: magic number, dims at byte 3: 0 dims; expected 1 to 8."],
    [
      "no byte",
      new Uint8Array(),
      "x.idx: magic number at byte 0: the file ends after 0 bytes; expected 2 more, it has 0.",
    ],
    [
      "a dim cut off",
      idx.slice(0, 10),
      "x.idx: dim 1 at byte 8: the file ends after 10 bytes; expected 4 more, it has 2.",
    ],
    [
      "numbers cut off",
      idx.slice(0, 20),
      "x.idx: numbers at byte 16: 4 bytes follow; expected 12, as shape [3, 2, 2] of 1-byte numbers says.",
    ],
    ["a byte too many", Uint8Array.of(...idx, 0), "x.idx: numbers at byte 16: 13 bytes follow; expected 12"],
    [
      "huge dims",
      Uint8Array.of(0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255),
      "x.idx: numbers at byte 12: 0 bytes follow; expected 18446744065119617000",
    ],
  ])("says what is wrong with %s", async (_, bytes, message) => {
    await expect(readIdx(bytes, { file: "x.idx" })).rejects.toThrow(message);
    await expect(readIdx(bytes, { file: "x.idx" })).rejects.toBeInstanceOf(DataError);
  });
});

describe("CIFAR", () => {
  test("is read plain and packed", async () => {
    for (const bytes of [cifar, gzip(cifar)]) {
      const { images, labels, count } = await readCifar10(bytes);
      expect(count).toBe(2);
      expect([...labels]).toEqual([3, 4]);
      expect(images.slice(3072)).toEqual(cifar.slice(3074));
    }
    const hundred = Uint8Array.from({ length: 3074 }, (_, i) => (i === 0 ? 19 : i === 1 ? 99 : 7));
    const { labels, coarse } = await readCifar100(hundred);
    expect([labels[0], coarse![0]]).toEqual([99, 19]);
  });
  test("says which record is wrong, and where", async () => {
    await expect(readCifar10(cifar.slice(0, 5000), { file: "c.bin" })).rejects.toThrow(
      "c.bin: record 1 at byte 3073: 1927 bytes; expected whole records of 3073 bytes, at least one.",
    );
    const wrong = cifar.slice();
    wrong[3073] = 10;
    await expect(readCifar10(wrong, { file: "c.bin" })).rejects.toThrow(
      "c.bin: label of record 1 at byte 3073: 10; expected 0 to 9.",
    );
    await expect(readCifar10(new Uint8Array())).rejects.toThrow("0 bytes; expected whole records");
  });
});

describe("text", () => {
  test("is read plain and packed, with or without a byte-order mark, and as lines", async () => {
    const text = "Zwölf\r\nBoxkämpfer 😀\nlast";
    expect(await readText(utf8(text))).toBe(text);
    expect(await readText(gzip(utf8(`\uFEFF${text}`)))).toBe(text);
    expect(await readLines(utf8(text))).toEqual(["Zwölf", "Boxkämpfer 😀", "last"]);
    expect(await readLines(utf8("a\n\nb\n"))).toEqual(["a", "", "b"]);
    expect(await readLines(utf8(""))).toEqual([]);
    expect(await readText(Uint8Array.of(0x5a, 0xf6), { encoding: "latin1" })).toBe("Zö");
  });
  test.each([
    [[0x61, 0xff, 0x62], 1],
    [[0x61, 0xc3, 0x28], 1],
    [[0xf0, 0x9f, 0x98], 0],
    [[0x61, 0x62, 0xe2, 0x82], 2],
    [[0x80], 0],
    [[0x61, 0xed, 0xa0, 0x80, 0x62], 1],
    [[0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xbf, 0x61], 5],
  ])("that is none says where: %j at byte %i", async (bytes, offset) => {
    await expect(readText(Uint8Array.from(bytes), { file: "t.txt" })).rejects.toThrow(
      `t.txt: UTF-8 text at byte ${offset}: `,
    );
  });
});

describe("WAV", () => {
  const quarter = [0, 0.5, -0.5, -1, 0.25];
  test.each<[string, Uint8Array]>([
    ["8-bit PCM", wav(Uint8Array.of(128, 192, 64, 0, 160), { bits: 8 })],
    ["16-bit PCM", wav(bytesOf(Int16Array.from(quarter, (x) => x * 32768)), { bits: 16 })],
    ["24-bit PCM", wav(Uint8Array.from(quarter.flatMap((x) => [0, 0, x * 128])), { bits: 24 })],
    ["32-bit PCM", wav(bytesOf(Int32Array.from(quarter, (x) => x * 2147483648)), { bits: 32 })],
    ["32-bit floating point", wav(bytesOf(Float32Array.from(quarter)), { bits: 32, code: 3 })],
    ["64-bit floating point", wav(bytesOf(Float64Array.from(quarter)), { bits: 64, code: 3 })],
    ["an extensible format", wav(bytesOf(Float32Array.from(quarter)), { bits: 32, code: 3, extensible: true })],
    ["another chunk before", wav(bytesOf(Int16Array.from(quarter, (x) => x * 32768)), { bits: 16, comment: true })],
  ])("is read: %s", (_, bytes) => {
    expect(readWav(bytes)).toEqual({ sampleRate: 8000, channels: [Float32Array.from(quarter)] });
  });
  test("gives each channel its own samples", () => {
    const { channels } = readWav(wav(bytesOf(Int16Array.of(1, 2, 3, 4)), { bits: 16, channels: 2 }));
    expect(channels.map((channel) => Array.from(channel, (x) => x * 32768))).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
  test("reads the lowest 24 bits exactly", () => {
    const { channels } = readWav(wav(Uint8Array.of(1, 0, 0, 255, 255, 255), { bits: 24 }));
    expect(Array.from(channels[0], (x) => x * 8388608)).toEqual([1, -1]);
  });
  const good = (): Uint8Array => wav(bytesOf(Int16Array.of(1, 2, 3)), { bits: 16 });
  const with16 = (offset: number, value: number): Uint8Array => {
    const bytes = good();
    new DataView(bytes.buffer).setUint16(offset, value, true);
    return bytes;
  };
  test.each<[string, Uint8Array, string]>([
    ["no WAV", utf8("hello, world"), 'x.wav: RIFF mark at byte 0: "hell"; expected "RIFF".'],
    ["a file cut off", good().slice(0, 46), "x.wav: RIFF size at byte 4: says 42 bytes; 38 follow."],
    [
      "MP3 inside",
      with16(20, 0x55),
      "x.wav: format code at byte 20: 85; expected 1 (PCM) or 3 (floating point): convert the file first.",
    ],
    ["12 bits", with16(34, 12), "x.wav: bits per sample at byte 34: 12; expected 8, 16, 24, 32 for format 1."],
    ["no channels", with16(22, 0), "x.wav: channels at byte 22: 0; expected at least 1."],
    ["a frame size that does not fit", with16(22, 2), "x.wav: frame size at byte 32: 2; expected 4, 2 × 16 bits."],
    ["a sample rate that does not fit", with16(24, 8001), "x.wav: byte rate at byte 28: 16000; expected 16002"],
    [
      "NaN",
      wav(bytesOf(Float32Array.of(0, Number.NaN)), { bits: 32, code: 3 }),
      "x.wav: sample 1 of channel 0 at byte 48: NaN",
    ],
    ["no samples", good().fill(0x20, 36, 40), 'x.wav: chunk "data" at byte 50: is missing'],
    [
      "half a frame",
      wav(Uint8Array.of(1, 2, 3), { bits: 16 }),
      'x.wav: size of chunk "data" at byte 40: 3 bytes; expected whole frames of 2.',
    ],
  ])("says what is wrong with %s", (_, bytes, message) => {
    expect(() => readWav(bytes, { file: "x.wav" })).toThrow(message);
  });
});

describe("files cut off or changed anywhere give an error or the truth, and come to an end:", () => {
  type Read = (bytes: Uint8Array) => unknown;
  const samples = wav(bytesOf(Int16Array.from({ length: 8 }, (_, i) => i * 1000)), { bits: 16 });
  const text = utf8(
    "It is a truth universally acknowledged, that a single man in possession of a good fortune. ".repeat(20),
  );
  const outcome = async (read: Read, bytes: Uint8Array): Promise<unknown> => {
    try {
      return await read(bytes);
    } catch (error) {
      if (error instanceof DataError) return error;
      throw error;
    }
  };
  const expectPlace = (error: unknown, length: number): void => {
    const { file, field, offset, message } = error as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect([file, field !== "", offset >= 0 && offset <= length]).toEqual(["f", true, true]);
    expect(message.startsWith(`f: ${field} at byte ${offset}: `)).toBe(true);
  };

  test.each<[string, Read, Uint8Array]>([
    ["IDX", (bytes) => readIdx(bytes, { file: "f" }), idx],
    ["IDX, packed", (bytes) => readIdx(bytes, { file: "f" }), gzip(idx)],
    ["WAV", (bytes) => readWav(bytes, { file: "f" }), samples],
    ["text, packed", (bytes) => gunzip(bytes, { file: "f" }), gzip(text)],
    ["CIFAR, packed", (bytes) => readCifar10(bytes, { file: "f" }), gzip(cifar.slice(0, 3073))],
  ])("%s, cut off at every length", async (_, read, bytes) => {
    for (let length = 0; length < bytes.length; length += bytes.length > 500 ? 7 : 1)
      expectPlace(await outcome(read, bytes.slice(0, length)), bytes.length);
  });

  // A checksum of the content, or sizes that are stated twice: whatever is read is what was written.
  test.each<[string, Read, Uint8Array, number]>([
    ["text, packed", (bytes) => gunzip(bytes, { file: "f" }), gzip(text), Number.POSITIVE_INFINITY],
    ["IDX, packed", (bytes) => gunzip(bytes, { file: "f" }), gzip(idx), Number.POSITIVE_INFINITY],
    ["the header of a WAV file", (bytes) => readWav(bytes, { file: "f" }), samples, 44],
    // The type may change to one of the same size, which nothing can tell.
    ["the dims of IDX", (bytes) => readIdx(Uint8Array.of(0, 0, 8, ...bytes.slice(3)), { file: "f" }), idx, 16],
  ])("%s, one byte changed", async (_, read, bytes, end) => {
    const truth = await read(bytes);
    for (let at = 0; at < Math.min(end, bytes.length); at++)
      for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const changed = bytes.slice();
        changed[at] ^= mask;
        const found = await outcome(read, changed);
        if (found instanceof DataError) expectPlace(found, bytes.length);
        else expect(found, `byte ${at} ^ ${mask}`).toEqual(truth);
      }
  });
});

test("a small packed file that unpacks to too much is refused", async () => {
  await expect(gunzip(gzip(new Uint8Array(1_000_000)), { file: "bomb.gz", limit: 1000 })).rejects.toThrow(
    "bomb.gz: gzip stream at byte 1003: unpacks to more than 1000 bytes; raise the limit if that is right.",
  );
});

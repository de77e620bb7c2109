import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DataFile, MissingDataError, mnist, webFiles } from "../index.ts";
import { dataFolder } from "./index.ts";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i + (i >> 7)) & 255);
const sha256 = createHash("sha256").update(content).digest("hex");

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let server: Server;
let address: string;
/** What the server does with the next requests, in order; the last stays. */
let serve: Serve[];
let requests: { url: string; range: string | undefined }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-data-"));
  requests = [];
  serve = [];
  server = createServer((request, response) => {
    requests.push({ url: request.url!, range: request.headers.range });
    (serve.length > 1 ? serve.shift()! : serve[0])(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** Serves ranges of `bytes`; after `breakAfter` bytes the connection is destroyed. */
const ranges =
  ({ bytes = content, breakAfter = Number.POSITIVE_INFINITY, honourRange = true } = {}): Serve =>
  (request, response) => {
    const start = honourRange ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    const body = bytes.subarray(start);
    const partial = honourRange && request.headers.range !== undefined;
    if (partial && start >= bytes.length) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(partial ? 206 : 200, {
      "Content-Length": body.length,
      ...(partial ? { "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (breakAfter >= body.length) response.end(body);
    else response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
  };

const status =
  (code: number): Serve =>
  (_, response) =>
    response.writeHead(code).end();

const file = (...mirrors: readonly string[]): DataFile => ({
  path: "set/file.bin",
  bytes: content.length,
  sha256,
  mirrors: mirrors.map((mirror) => `${address}/${mirror}`),
});

const open = (options = {}) => dataFolder({ folder, offline: false, mirrors: [], pauseMilliseconds: 1, ...options });
const stored = (): Promise<Buffer> => readFile(join(folder, "set/file.bin"));

describe("a file that is missing is downloaded", () => {
  test("once: afterwards it is read from the folder, also offline", async () => {
    serve = [ranges()];
    const received: number[] = [];
    const bytes = await open().read(file("a"), { onProgress: ({ received: so_far }) => received.push(so_far) });
    expect(Buffer.compare(bytes, content)).toBe(0);
    expect(received.at(-1)).toBe(content.length);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(Buffer.compare(await stored(), content)).toBe(0);
    expect(Buffer.compare(await open({ offline: true }).read(file("a")), content)).toBe(0);
    expect(requests).toHaveLength(1);
    expect(await readdir(join(folder, "set"))).toEqual(["file.bin"]);
  });

  test("on where the connection broke, as often as it breaks", async () => {
    serve = [ranges({ breakAfter: 60_000 })];
    expect(Buffer.compare(await open().read(file("a")), content)).toBe(0);
    expect(requests.length).toBeGreaterThanOrEqual(4);
    expect(requests[0].range).toBeUndefined();
    const starts = requests.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range!)![1]));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(0);
  });

  test("on where another process left off", async () => {
    await mkdir(join(folder, "set"));
    await writeFile(join(folder, "set/file.bin.part"), content.subarray(0, 150_000));
    serve = [ranges()];
    expect(Buffer.compare(await open().read(file("a")), content)).toBe(0);
    expect(requests).toEqual([{ url: "/a", range: "bytes=150000-" }]);
  });

  test("from the start where a server knows no ranges", async () => {
    serve = [ranges({ breakAfter: 60_000 }), ranges({ honourRange: false })];
    expect(Buffer.compare(await open().read(file("a")), content)).toBe(0);
  });

  test("from the next mirror where one has nothing, breaks down, or stands still", async () => {
    serve = [
      status(404),
      (_, response) => response.destroy(),
      (_, response) => void response.writeHead(200).write("x"),
      ranges(),
    ];
    expect(Buffer.compare(await open({ stallMilliseconds: 100 }).read(file("a", "b", "c", "d")), content)).toBe(0);
    expect(requests.map(({ url }) => url).slice(0, 3)).toEqual(["/a", "/b", "/c"]);
  });

  test("from mirrors of the whole folder first", async () => {
    serve = [ranges()];
    await open({ mirrors: [`${address}/mirror/`] }).read(file("own"));
    expect(requests.map(({ url }) => url)).toEqual(["/mirror/set/file.bin"]);
  });

  test("also into memory alone", async () => {
    serve = [ranges({ breakAfter: 150_000 })];
    expect(Buffer.compare(await webFiles({ pauseMilliseconds: 1 }).read(file("a")), content)).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test("again where what was there is wrong, or longer than the file", async () => {
    for (const leftover of [content.map((byte) => byte ^ 1).subarray(0, 150_000), new Uint8Array(250_000)]) {
      await mkdir(join(folder, "set"), { recursive: true });
      await writeFile(join(folder, "set/file.bin.part"), leftover);
      serve = [ranges()];
      expect(Buffer.compare(await open().read(file("a")), content)).toBe(0);
      await rm(join(folder, "set/file.bin"));
    }
  });
});

describe("nothing wrong is believed:", () => {
  const wrong = content.map((byte, i) => (i === 100_000 ? byte ^ 1 : byte));

  test("a mirror that serves other bytes is passed over", async () => {
    serve = [ranges({ bytes: wrong }), ranges()];
    expect(Buffer.compare(await open().read(file("bad", "good")), content)).toBe(0);
    expect(requests.map(({ url }) => url)).toEqual(["/bad", "/good"]);
  });

  test("with no other there is an error, and no file", async () => {
    serve = [ranges({ bytes: wrong })];
    await expect(open().read(file("bad"))).rejects.toThrow(
      /\/bad: what it sent has the SHA-256 [0-9a-f]{64}; expected/,
    );
    expect(await readdir(join(folder, "set"))).toEqual([]);
  });

  test.each<[string, () => Serve, RegExp]>([
    [
      "more bytes",
      () => ranges({ bytes: Buffer.concat([content, content]) }),
      /sends more than the 200000 bytes expected/,
    ],
    ["fewer bytes", () => ranges({ bytes: content.subarray(0, 1000) }), /ended after 1000 of 200000 bytes|416/],
    ["an error page", () => status(503), /\/a: HTTP 503 Service Unavailable/],
    [
      "another part",
      () => (_, response) => response.writeHead(206, { "Content-Range": "bytes 7-9/200000" }).end("abc"),
      /sends "bytes 7-9\/200000"; expected bytes 0 on, of 200000/,
    ],
  ])("%s", async (_, make, message) => {
    serve = [make()];
    await expect(open().read(file("a"))).rejects.toThrow(message);
    await expect(open().read(file("a"))).rejects.toBeInstanceOf(MissingDataError);
  });

  test("a damaged file in the folder is named, and never replaced unasked", async () => {
    await mkdir(join(folder, "set"));
    await writeFile(join(folder, "set/file.bin"), wrong);
    await expect(open().read(file("a"))).rejects.toThrow(
      /file\.bin: whole file at byte 0: has the SHA-256 .* delete it to have it downloaded again/,
    );
    await writeFile(join(folder, "set/file.bin"), content.subarray(0, 10));
    await expect(open().read(file("a"))).rejects.toThrow(/has 10 bytes; expected 200000: it is cut off/);
    expect(requests).toEqual([]);
  });
});

test("an error says what is missing and what to set", async () => {
  await expect(open({ offline: true }).read(file("a"))).rejects.toThrow(
    `set/file.bin is not in the data folder ${folder} (downloads are turned off).\nSet AGON_DATA to a folder that has set/file.bin, put the file there, or allow its download`,
  );
  await expect(open().read(file())).rejects.toThrow("nobody serves set/file.bin as it is needed");
  serve = [status(404)];
  await expect(open().read(file("a", "b"))).rejects.toThrow(
    /could not be had:\n {2}http.*\/a: HTTP 404 Not Found\n {2}http.*\/b: HTTP 404/,
  );
});

test("a download can be called off, and its part is kept", async () => {
  serve = [
    (_, response) =>
      void response.writeHead(200, { "Content-Length": content.length }).write(content.subarray(0, 70_000)),
  ];
  const controller = new AbortController();
  const reading = open().read(file("a"), {
    signal: controller.signal,
    onProgress: ({ received }) => received >= 60_000 && controller.abort(new Error("enough")),
  });
  await expect(reading).rejects.toThrow("enough");
  expect((await readFile(join(folder, "set/file.bin.part"))).length).toBeGreaterThanOrEqual(60_000);
});

test("loaders look into the folder that AGON_DATA names by themselves", async () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { AGON_DATA: folder, AGON_OFFLINE: "1" });
    await expect(mnist()).rejects.toThrow(
      `mnist/train-images-idx3-ubyte.gz is not in the data folder ${folder} (downloads are turned off).\nSet AGON_DATA`,
    );
  } finally {
    process.env = before;
  }
});

test("AGON_DATA names the folder", () => {
  const before = process.env.AGON_DATA;
  try {
    process.env.AGON_DATA = folder;
    expect(dataFolder().folder).toBe(folder);
    delete process.env.AGON_DATA;
    expect(dataFolder().folder).toMatch(/agon[/\\]data$/);
  } finally {
    if (before === undefined) delete process.env.AGON_DATA;
    else process.env.AGON_DATA = before;
  }
});

test("a packed file may be packed otherwise, as long as it holds the same", async () => {
  const packed = gzipSync(content, { level: 9 });
  const known = {
    path: "set/file.bin",
    bytes: packed.length,
    sha256: createHash("sha256").update(packed).digest("hex"),
    unpacked: sha256,
    mirrors: [],
  };
  await mkdir(join(folder, "set"));
  const put = (bytes: Uint8Array) => writeFile(join(folder, "set/file.bin"), bytes);
  const loose = gzipSync(content, { level: 1 });
  await put(loose);
  expect(Buffer.compare(await open().read(known), loose)).toBe(0);
  const { unpacked: _, ...exact } = known;
  await expect(open().read(exact)).rejects.toThrow("whole file");
  for (const wrong of [content, gzipSync(content.slice(1)), loose.subarray(0, -9)]) {
    await put(wrong);
    await expect(open().read(known)).rejects.toThrow("whole file");
  }
});

describe("a file that nobody serves is made of what somebody does:", () => {
  const original = (...mirrors: readonly string[]): DataFile => ({ ...file(...mirrors), path: "set/original.bin" });
  /** The second half of the original. */
  const half = content.slice(100_000);
  const made = (...mirrors: readonly string[]): DataFile => ({
    path: "set/half.bin",
    bytes: half.length,
    sha256: createHash("sha256").update(half).digest("hex"),
    mirrors: [],
    made: { originals: [original(...mirrors)], make: async (bytes) => bytes.slice(100_000) },
  });
  const packed = (...mirrors: readonly string[]): DataFile => ({
    ...made(...mirrors),
    path: "set/half.gz",
    bytes: 7,
    sha256: "of a packing nobody else makes",
    unpacked: made().sha256,
  });

  test("it and the original are kept, and nothing is downloaded again, whatever else is made of it", async () => {
    serve = [status(404), ranges({ breakAfter: 60_000 })];
    const files = open();
    const [one, other] = await Promise.all([files.read(made("down", "up")), files.read(packed("down", "up"))]);
    expect(Buffer.compare(one, half)).toBe(0);
    expect(Buffer.compare(gunzipSync(other), half)).toBe(0);
    expect(requests[0].url).toBe("/down");
    expect(requests.filter(({ range }) => range === undefined)).toHaveLength(2);
    const before = requests.length;
    expect((await readdir(join(folder, "set"))).toSorted()).toEqual(["half.bin", "half.gz", "original.bin"]);
    for (const each of [made(), packed()]) await open({ offline: true }).read(each);
    await rm(join(folder, "set/half.gz"));
    expect(Buffer.compare(gunzipSync(await open({ offline: true }).read(packed())), half)).toBe(0);
    expect(requests).toHaveLength(before);
  });

  test("a part of the original that is there is completed", async () => {
    await mkdir(join(folder, "set"));
    await writeFile(join(folder, "set/original.bin.part"), content.subarray(0, 150_000));
    serve = [ranges()];
    await open().read(made("a"));
    expect(requests).toEqual([{ url: "/a", range: "bytes=150000-" }]);
  });

  test("a mirror of the whole folder may have it ready", async () => {
    serve = [ranges({ bytes: half })];
    await open({ mirrors: [`${address}/mirror`] }).read(made("a"));
    expect(requests.map(({ url }) => url)).toEqual(["/mirror/set/half.bin"]);
    expect(await readdir(join(folder, "set"))).toEqual(["half.bin"]);
  });

  test("a mirror of the whole folder that has it not is passed over, for the original too", async () => {
    serve = [(request, response) => (request.url?.startsWith("/mirror") ? status(404) : ranges())(request, response)];
    expect(Buffer.compare(await open({ mirrors: [`${address}/mirror`] }).read(made("a")), half)).toBe(0);
  });

  test("of a damaged original nothing is made", async () => {
    const wrong = content.map((byte, i) => (i === 150_000 ? byte ^ 1 : byte));
    serve = [ranges({ bytes: wrong }), ranges()];
    expect(Buffer.compare(await open().read(made("bad", "good")), half)).toBe(0);
    await rm(join(folder, "set/half.bin"));
    await writeFile(join(folder, "set/original.bin"), wrong);
    await expect(open().read(made("good"))).rejects.toThrow(
      /original\.bin: whole file at byte 0: has the SHA-256 .* delete it to have it downloaded again/,
    );
    expect(await readdir(join(folder, "set"))).toEqual(["original.bin"]);
  });

  test("a recipe that makes something else is told from a damaged file, with both sums, and nothing is kept of it", async () => {
    serve = [ranges()];
    const { made: recipe, ...rest } = made("a");
    const wrong = { ...rest, made: { ...recipe!, make: async () => content } };
    await expect(open().read(wrong)).rejects.toThrow(
      `set/half.bin: whole file at byte 0: made of set/original.bin, it holds what has the SHA-256 ${sha256}; expected ${rest.sha256}: its recipe is wrong.`,
    );
    expect(await readdir(join(folder, "set"))).toEqual(["original.bin"]);
  });

  test("what is missing is named, with what it is made of", async () => {
    const two: DataFile = { ...made("a"), made: { ...made().made!, originals: [original("a"), file("b")] } };
    await expect(open({ offline: true }).read(two)).rejects.toThrow(
      `set/half.bin is not in the data folder ${folder} (it is made of set/original.bin and set/file.bin, and set/original.bin is missing: downloads are turned off).\nSet AGON_DATA to a folder that has set/half.bin, put the file or what it is made of there, or allow`,
    );
    await expect(open({ offline: true }).read(two)).rejects.toBeInstanceOf(MissingDataError);
    serve = [status(404)];
    await expect(open().read(made("a"))).rejects.toThrow(/set\/original\.bin could not be had:\n.*\/a: HTTP 404/);
  });

  test("also in memory alone, one original for two files", async () => {
    serve = [ranges()];
    const files = webFiles({ pauseMilliseconds: 1 });
    expect(Buffer.compare(await files.read(made("a")), half)).toBe(0);
    expect(Buffer.compare(gunzipSync(await files.read(packed("a"))), half)).toBe(0);
    expect(requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test("of nothing, without a network", async () => {
    const known: DataFile = { ...made(), made: { originals: [], make: async () => half } };
    expect(Buffer.compare(await open({ offline: true }).read(known), half)).toBe(0);
    expect(await readdir(join(folder, "set"))).toEqual(["half.bin"]);
  });
});

// Downloading a file from its mirrors: going on where a connection broke, trying the next where one fails, believing only the checksum.
import { type DataFile, type DataFiles, faultOf, MissingDataError, type ReadFileOptions } from "./data-files.ts";
import { make } from "./made-files.ts";

/** Where downloaded bytes go; what is there already is not fetched again. */
export interface Sink {
  /** Bytes that are there. */
  length(): Promise<number>;
  append(chunk: Uint8Array): Promise<void>;
  clear(): Promise<void>;
  read(): Promise<Uint8Array>;
}

export interface DownloadOptions extends ReadFileOptions {
  /** Addresses of folders laid out as the data folder is; they are tried before a file's own mirrors. */
  readonly mirrors?: readonly string[];
  /** Give up on a connection that sends nothing for so long. Default 30 000. */
  readonly stallMilliseconds?: number;
  /** Pause before all mirrors are tried once more. Default 1000. */
  readonly pauseMilliseconds?: number;
  /** How often all mirrors are tried without a single new byte. Default 3. */
  readonly rounds?: number;
}

/** The bytes of a file, verified. */
async function download(file: DataFile, sink: Sink, options: DownloadOptions): Promise<Uint8Array> {
  const { mirrors = [], pauseMilliseconds = 1000, rounds = 3, signal } = options;
  let urls = [...mirrors.map((base) => `${base.replace(/\/*$/, "/")}${file.path}`), ...file.mirrors];
  const failures: string[] = [];
  /** Connections in a row that brought no byte beyond those ever had. */
  let barren = 0;
  let most = 0;
  /** Whole files, put together from several connections, that were wrong. */
  let wrong = 0;
  while (barren < rounds * urls.length && wrong < rounds) {
    const url = urls[barren % urls.length];
    const before = await sink.length();
    try {
      if (before < file.bytes) await receive(file, sink, { ...options, url });
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${url}: ${reasonOf(error)}`);
    }
    const after = await sink.length();
    if (after >= file.bytes) {
      const bytes = await sink.read();
      const fault = await faultOf(bytes, file);
      if (fault === null) return bytes;
      await sink.clear();
      failures.push(`${url}: what it sent ${fault}`);
      most = 0;
      // What was there before may have been wrong too: a mirror is given up only for a whole file of its own.
      if (before > 0) wrong++;
      else urls = urls.filter((each) => each !== url);
    } else if (after > most) {
      most = after;
      barren = urls.indexOf(url);
    } else {
      barren++;
      if (barren % urls.length === 0 && barren < rounds * urls.length) await pause(pauseMilliseconds, signal);
    }
  }
  throw new MissingDataError(
    urls.length + failures.length === 0
      ? `download: nobody serves ${file.path} as it is needed; put it into the data folder, or name a mirror that has it.`
      : `download: ${file.path} could not be had:\n${[...new Set(failures)].map((each) => `  ${each}`).join("\n")}`,
  );
}

/** The bytes of a file, verified; null if it is to be made, since no mirror has it. */
export async function downloadIfServed(
  file: DataFile,
  openSink: () => Promise<Sink>,
  options: DownloadOptions = {},
): Promise<Uint8Array | null> {
  if (file.made && file.mirrors.length + (options.mirrors?.length ?? 0) === 0) return null;
  try {
    return await download(file, await openSink(), options);
  } catch (error) {
    if (file.made && error instanceof MissingDataError) return null;
    throw error;
  }
}

/** One connection: from where the sink ends until the file or the connection does. */
async function receive(
  file: DataFile,
  sink: Sink,
  { url, signal, onProgress, stallMilliseconds = 30_000 }: DownloadOptions & { readonly url: string },
): Promise<void> {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wind = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${stallMilliseconds} ms`)), stallMilliseconds);
  };
  try {
    wind();
    let received = await sink.length();
    const response = await fetch(url, {
      // The bytes of a packed file are wanted, not what they hold.
      headers: { "Accept-Encoding": "identity", ...(received > 0 ? { Range: `bytes=${received}-` } : {}) },
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    });
    received = await startOf(response, received, file, sink);
    for await (const chunk of chunksOf(response)) {
      wind();
      received += chunk.length;
      if (received > file.bytes) {
        await sink.clear();
        throw new Error(`sends more than the ${file.bytes} bytes expected`);
      }
      await sink.append(chunk);
      onProgress?.({ file: file.path, received, total: file.bytes, url });
    }
    if (received < file.bytes) throw new Error(`ended after ${received} of ${file.bytes} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** The byte that a response begins with; a sink that does not end there is emptied. */
async function startOf(response: Response, wanted: number, file: DataFile, sink: Sink): Promise<number> {
  const { status, headers } = response;
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
    if (Number(start) === wanted && (total === "*" || Number(total) === file.bytes)) return wanted;
    await refuse(response);
    throw new Error(`sends "${headers.get("content-range")}"; expected bytes ${wanted} on, of ${file.bytes}`);
  }
  if (status === 200) {
    if (wanted > 0) await sink.clear();
    return 0;
  }
  await refuse(response);
  // The part that is here is longer than the file there.
  if (status === 416) await sink.clear();
  throw new Error(`HTTP ${status} ${response.statusText}`.trim());
}

const refuse = async (response: Response): Promise<void> => response.body?.cancel();

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // After an error of the connection there is nothing left to cancel.
    await reader.cancel().catch(() => {});
  }
}

/** "fetch failed" says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message ? `${error.message} (${cause.message})` : error.message;
}

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** Keeps what it gets in memory. */
function memorySink(): Sink {
  let chunks: Uint8Array[] = [];
  const length = (): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    length: async () => length(),
    append: async (chunk) => void chunks.push(chunk),
    clear: async () => void (chunks = []),
    read: async () => {
      const all = new Uint8Array(length());
      let start = 0;
      for (const chunk of chunks) {
        all.set(chunk, start);
        start += chunk.length;
      }
      return all;
    },
  };
}

/** Files from the web, kept nowhere: for pages, whose browser caches them, and workers. */
export function webFiles(options: DownloadOptions = {}): DataFiles {
  /** The last original: some are there for several files. */
  let original: { readonly path: string; readonly bytes: Uint8Array } | undefined;
  const read = async (file: DataFile, more: ReadFileOptions = {}): Promise<Uint8Array> => {
    const bytes = await downloadIfServed(file, async () => memorySink(), { ...options, ...more });
    return (
      bytes ??
      make(file, async (each) => {
        if (original?.path !== each.path) original = { path: each.path, bytes: await read(each, more) };
        return original.bytes;
      })
    );
  };
  return { read };
}

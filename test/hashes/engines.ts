// Where the programs are run: the pinned Node, the newest, and Chromium, with vectors of both widths where V8 has them.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launch, openWatched, type Watched } from "../browser/chromium.ts";
import { serveSources } from "../browser/pages.ts";
import type { Hashes, Setting } from "./programs.ts";

export interface Engine {
  /** "Node v24.21.0" */
  readonly name: string;
  readonly vectorBits: 128 | 256;
  readonly threads: number;
  hash(numerics: Setting["numerics"]): Promise<Hashes>;
}

const execute = promisify(execFile);
const program = fileURLToPath(new URL("node-program.ts", import.meta.url));
const newest = fileURLToPath(new URL("../node_modules/node26-linux-x64/bin/node", import.meta.url));

const nodeEngine = (command: string, version: string, vectorBits: 128 | 256, threads: number): Engine => ({
  name: `Node ${version}`,
  vectorBits,
  threads,
  async hash(numerics) {
    const setting: Setting = { numerics, vectorBits, threads };
    const flags = ["--conditions=@agon/source", ...(vectorBits === 256 ? ["--experimental-wasm-revectorize"] : [])];
    const { stdout } = await execute(command, [...flags, program, JSON.stringify(setting)]);
    return JSON.parse(stdout) as Hashes;
  },
});

/** V8 pairs vectors on x64 alone. */
const widths = process.arch === "x64" ? ([128, 256] as const) : ([128] as const);

/** The Node that runs this: the one that the repository pins. */
export const pinnedNode = (): Engine[] => [
  ...widths.map((bits) => nodeEngine(process.execPath, process.version, bits, 1)),
  ...[2, 4].map((threads) => nodeEngine(process.execPath, process.version, widths[widths.length - 1], threads)),
];

/** None where the package registry has none for this machine. */
export const newestNode = async (): Promise<Engine[]> => {
  if (!existsSync(newest)) return [];
  const { stdout } = await execute(newest, ["--version"]);
  return widths.map((bits) => nodeEngine(newest, stdout.trim(), bits, 1));
};

declare global {
  /** In the page: runs all programs in a worker. */
  var hashAll: (setting: Setting) => Promise<Hashes>;
}

/** Gives Chromium as an engine to `use`, for as long as that runs. */
export const withChromium = async <T>(use: (engines: readonly Engine[]) => Promise<T>): Promise<T> => {
  const { server, origin } = await serveSources({
    root: fileURLToPath(new URL(".", import.meta.url)),
    // Threads share memory, for which a page must be isolated.
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  });
  const browser = await launch();
  try {
    const { page, errors } = await openWatched(browser, `${origin}page.html`);
    await page.waitForFunction(() => "hashAll" in globalThis);
    const name = `Chromium ${browser.version()}`;
    return await use([1, 2].map((threads) => chromiumEngine(name, threads, { page, errors })));
  } finally {
    await browser.close();
    await server.close();
  }
};

const chromiumEngine = (name: string, threads: number, { page, errors }: Watched): Engine => ({
  name,
  vectorBits: 128,
  threads,
  async hash(numerics) {
    const setting: Setting = { numerics, vectorBits: 128, threads };
    const hashes = await page.evaluate((asked) => globalThis.hashAll(asked), setting);
    if (errors.length > 0) throw new Error(errors.join("\n"));
    return hashes;
  },
});

// Threads in a page and in a worker that share memory; and what those hear that may not.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setThreads } from "@agon/tensor";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, launch, openWatched } from "./chromium.ts";
import { buildPrograms } from "./pages.ts";
import { computeOn } from "./threads-program.ts";

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

describeInChromium("threads", () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let headers: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "agon-threads-"));
    await buildPrograms({ page: "threads-page.ts", worker: "threads-worker.ts" }, folder);
    server = createServer(async (request, response) => {
      const name = (request.url ?? "").slice(1);
      for (const [key, value] of Object.entries(headers)) response.setHeader(key, value);
      response.setHeader("content-type", name ? "text/javascript" : "text/html");
      response.end(
        name
          ? await readFile(join(folder, name)).catch(() => "")
          : `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launch();
  });
  afterAll(async () => {
    await setThreads(1);
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (withHeaders: typeof headers) => {
    headers = withHeaders;
    const { page, errors } = await openWatched(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "computeInWorker" in globalThis);
    return { page, errors };
  };

  test("share memory in an isolated page and in its worker, and give the bits that one gives in Node", async () => {
    const { bits } = await computeOn(1);
    const { page, errors } = await open(ISOLATED);
    for (const count of [2, 4, 1]) {
      const want = { threads: count, shared: count, error: null, bits };
      expect(await computeOn(count)).toEqual(want);
      expect(await page.evaluate((n) => globalThis.computeOn(n), count)).toEqual(want);
      expect(await page.evaluate((n) => globalThis.computeInWorker(n), count)).toEqual(want);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("are refused where a page is not isolated, by an error that says what it lacks, and one goes on", async () => {
    const { bits } = await computeOn(1);
    const { page, errors } = await open({});
    const heard = [
      await page.evaluate(() => globalThis.computeOn(2)),
      await page.evaluate(() => globalThis.computeInWorker(2)),
    ];
    for (const { error, ...computed } of heard) {
      expect(computed).toEqual({ threads: 1, shared: 1, bits });
      expect(error).toMatch(
        /^UsageError: setThreads: 2 threads cannot be had here: .*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
      );
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("are refused by a content policy that forbids workers of blobs, by an error that names it", async () => {
    const policy = { "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" };
    const { page } = await open({ ...ISOLATED, ...policy });
    const { error, ...computed } = await page.evaluate(() => globalThis.computeOn(2));
    expect(computed).toMatchObject({ threads: 1, shared: 1 });
    expect(error).toMatch(/setThreads: 2 threads cannot be had here: .*worker-src blob:/);
    await page.context().close();
  });
});

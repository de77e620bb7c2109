// @agon/data in a page under a content policy, from a server whose connections break: the same numbers as in Node.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createRandom } from "@agon/random";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, launch } from "./chromium.ts";
import { buildPrograms } from "./pages.ts";
import { type Served, tryData } from "./data-program.ts";

const random = createRandom(1);
const header = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 64, 0, 0, 0, 28, 0, 0, 0, 28);
const pixels = Uint8Array.from({ length: 64 * 28 * 28 }, () => random.integer(256));
const packed = gzipSync(Buffer.concat([header, pixels]));
const file: Served = {
  path: "made/images.gz",
  bytes: packed.length,
  sha256: createHash("sha256").update(packed).digest("hex"),
};

let folder: string;
let server: Server;
let origin: string;
/** First bytes of the answers that were begun. */
let starts: number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-data-page-"));
  await buildPrograms({ page: "data-page.ts" }, folder);
  server = createServer(async (request, response) => {
    if (request.url === `/${file.path}`) {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      starts.push(start);
      const range = { "Content-Range": `bytes ${start}-${packed.length - 1}/${packed.length}` };
      response.writeHead(start > 0 ? 206 : 200, {
        "Content-Length": packed.length - start,
        ...(start > 0 ? range : {}),
      });
      if (start > 0) response.end(packed.subarray(start));
      else response.write(packed.subarray(0, packed.length / 2), () => setTimeout(() => response.destroy(), 50));
      return;
    }
    const script = request.url?.endsWith(".js") === true;
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    );
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(
      script
        ? await readFile(join(folder, request.url ?? ""))
        : `<!doctype html><script type="module" src="/page.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const resumed = (): void => {
  expect(starts).toHaveLength(2);
  expect(starts[1]).toBeGreaterThan(0);
};

test("in Node a broken download goes on, and its images are read", async () => {
  starts = [];
  const tried = await tryData(origin, file);
  resumed();
  expect(tried).toMatchObject({ shape: [64, 28, 28], table: [1, 3] });
  expect(tried.made[0]).toBe(createHash("sha256").update(pixels).digest("hex"));
  expect(tried.made[1].split("\n")[33]).toBe("34\t1\tOfficer");
  expect(tried.message).toMatch(/^no\.idx: magic number at byte 0: /);
});

describeInChromium("in a page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("everything is as in Node, bit for bit", async () => {
    starts = [];
    const page = await (await browser.newContext()).newPage();
    await page.goto(origin);
    await page.waitForFunction(() => "tryData" in globalThis);
    const tried = await page.evaluate(([from, what]) => globalThis.tryData(from, what), [origin, file] as const);
    resumed();
    expect(tried).toEqual(await tryData(origin, file));
  });
});

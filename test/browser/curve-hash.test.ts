// The same seed gives the same curve, byte for byte, in Node and in Chromium.
import type { Browser, Page } from "playwright-core";
import type { ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeInChromium, launch, openWatched } from "./chromium.ts";
import { serveSources } from "./pages.ts";
import { type CurveResult, type CurveRun, curveHashOf, engineIndependent } from "./curve-hash.ts";

declare global {
  /** In the page: trains in a worker. */
  var curveHashOf: (run: CurveRun) => Promise<CurveResult>;
}

describeInChromium("the curve hash", () => {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];

  beforeAll(async () => {
    const served = await serveSources();
    server = served.server;
    browser = await launch();
    ({ page, errors } = await openWatched(browser, `${served.origin}curve-hash.html`));
    await page.waitForFunction(() => "curveHashOf" in globalThis);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const inChromium = (run: CurveRun): Promise<CurveResult> =>
    page.evaluate((asked) => globalThis.curveHashOf(asked), run);

  describe.each(engineIndependent)("of %s", (algorithm) => {
    it.for(["strict", "fused"] as const)("is the same in Node and in Chromium, %s", async (numerics, { skip }) => {
      const run: CurveRun = { algorithm, seed: 1, steps: 2000, numerics, pauses: false };
      const here = await curveHashOf(run);
      if (numerics === "fused" && here.arithmetic === "wasm, strict") skip("this machine does not fuse");
      expect(here.curveHash).toMatch(/^[0-9a-f]{64}$/);
      expect(here.arithmetic).toBe(`wasm, ${numerics}`);
      expect(await curveHashOf({ ...run, pauses: true })).toEqual(here);
      expect(await inChromium(run)).toEqual(here);
      expect(await inChromium(run)).toEqual(here);
      expect(await inChromium({ ...run, pauses: true })).toEqual(here);
      expect((await inChromium({ ...run, seed: 2 })).curveHash).not.toBe(here.curveHash);
      expect(errors).toEqual([]);
    });
  });
});

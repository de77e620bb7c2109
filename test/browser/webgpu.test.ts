// The webgpu backend in Chromium's own implementation: conformance, and the training step B1 beside wasm.
import type { Browser, Page } from "playwright-core";
import type { ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInChromium, launch, openWatched } from "./chromium.ts";
import { serveSources } from "./pages.ts";
import type { WebgpuReport } from "./webgpu-page.ts";

declare global {
  /** In the page. */
  var webgpuReport: () => Promise<WebgpuReport>;
}

describeInChromium("webgpu", () => {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];

  beforeAll(async () => {
    const served = await serveSources();
    server = served.server;
    browser = await launch(["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]);
    ({ page, errors } = await openWatched(browser, `${served.origin}webgpu.html`));
    await page.waitForFunction(() => "webgpuReport" in globalThis);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("computes what the reference does, and learns as wasm does", async () => {
    const report = await page.evaluate(() => globalThis.webgpuReport());
    expect(report.failures).toEqual([]);
    expect(report.cases).toBeGreaterThan(300);
    expect(report.selected).toBe("webgpu");
    expect(report.apart.losses).toBeLessThan(1e-6);
    expect(report.apart.parameters).toBeLessThan(0.01);
    expect(report.atOnce).toContain("webgpu: values cannot be read at once");
    expect(errors).toEqual([]);
  });
});

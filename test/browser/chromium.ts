// Chromium for the tests, driven by playwright-core. Where there is none they are skipped and say so; in CI they must run.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describe } from "vitest";

const path = process.env.AGON_CHROMIUM ?? "/usr/bin/chromium";
const mustRun = process.env.CI === "true";

/**
 * Without a GPU, WebGL is drawn by SwiftShader, and the page composed by Chromium's own software compositor, as a Chromium does that finds no
 * GPU: through SwiftShader a frame of the page takes 100 ms of processor time, and its threads take the cores from the page.
 */
const flags = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-gpu-compositing",
];

/** A group of tests that need Chromium. */
export function describeInChromium(name: string, tests: () => void): void {
  if (existsSync(path) || mustRun) {
    describe(name, tests);
    return;
  }
  const reason = `no Chromium at ${path}: install it (Debian: apt-get install chromium) or name one in AGON_CHROMIUM`;
  console.warn(`SKIPPED, ${name}: ${reason}.`);
  describe.skip(`${name} (${reason})`, tests);
}

/** A browser with a fresh profile, and flags beyond those that all tests need. */
export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: [...flags, ...more], headless: true });
}

/** A page of its own context, and every error that it meets: of its scripts, on its console, and of its network. */
export interface Watched {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** Opens an address; `script` runs in the page before its own scripts. */
export async function openWatched(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
  script?: () => void,
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && errors.push(`console: ${message.text()}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // A page that is left for another one drops what it was still loading.
    if (reason !== "net::ERR_ABORTED") errors.push(`network: ${request.url()} failed (${reason})`);
  });
  page.on("response", (response) => response.status() >= 400 && errors.push(`network: ${response.url()} not found`));
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(address);
  return { page, errors };
}

/** A task that kept the page's main thread for more than 50 ms; in milliseconds since the page was opened. */
interface LongTask {
  readonly start: number;
  readonly milliseconds: number;
}

declare global {
  var longTasks: LongTask[];
}

/** For `openWatched`: collects long tasks in `longTasks`. */
export function watchLongTasks(): void {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      globalThis.longTasks.push({ start: startTime, milliseconds: duration });
    }
  }).observe({ type: "longtask", buffered: true });
}

// The arena's looks, as far as a machine can judge: nothing runs over, hides or collides, and text stands out. Leaves pictures for eyes.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { control, millisecondsUntil, waitForLane } from "./arena-page.ts";
import { type ArenaServer, startArena } from "./arena-server.ts";
import { describeInChromium, launch, openWatched } from "./chromium.ts";

const screens: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** What is looked at: a query, the steps to wait for, and how many lanes there are. */
const scenes: Readonly<Record<string, readonly [query: string, steps: number, lanes: 1 | 2]>> = {
  pole: ["?env=CartPole-v1&algo=dqn", 8000, 1],
  race: ["?env=CartPole-v1&algo=dqn&algo2=reinforce", 5000, 2],
  lake: ["?env=FrozenLake8x8-v1&algo=q-learning", 1_500_000, 1],
  cliff: ["?env=CliffWalking-v1&algo=q-learning&algo2=sarsa", 300_000, 2],
  grid: ["?env=GridWorld-v0&algo=q-learning", 300_000, 1],
  pendulum: ["?env=Pendulum-v1&algo=ppo&algo2=sac", 5000, 2],
};

describeInChromium("the arena's looks", () => {
  let server: ArenaServer;
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "agon-arena-"));
    console.info(`Pictures of the arena: ${folder}`);
    browser = await launch();
    server = await startArena();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  describe.each(Object.keys(screens))("on a %s", (screen) => {
    it.each(Object.keys(scenes))("%s fits, and is legible in light and dark", async (scene) => {
      const [query, steps, lanes] = scenes[scene];
      const { page, errors } = await openWatched(browser, server.address + query, screens[screen]);
      for (let lane = 0; lane < lanes; lane++) await waitForLane(page, { steps, lane: lane as 0 | 1 });
      await millisecondsUntil(page, "paused", { click: "play" });
      for (const theme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForTimeout(300);
        await page.screenshot({
          path: join(folder, `${scene}-${screen}-${theme}.png`),
          fullPage: screen === "phone",
          timeout: 120_000,
        });
        expect.soft(await faultsOf(page), theme).toEqual([]);
      }
      expect(errors).toEqual([]);
      await page.context().close();
    });

    it("panels and help fit, and are legible in light and dark", async () => {
      const { page, errors } = await openWatched(
        browser,
        `${server.address}?env=GridWorld-v0&algo=dqn`,
        screens[screen],
      );
      await waitForLane(page);
      await millisecondsUntil(page, "paused", { click: "play" });
      const open: Readonly<Record<string, () => Promise<void>>> = {
        algorithm: () => control(page, "options", 0).click(),
        environment: () => control(page, "environment-options").click(),
        help: () => page.getByRole("button", { name: "Help" }).click(),
      };
      for (const [panel, show] of Object.entries(open)) {
        await show();
        for (const theme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme: theme });
          await page.waitForTimeout(300);
          await page.screenshot({ path: join(folder, `panel-${panel}-${screen}-${theme}.png`), timeout: 120_000 });
          expect.soft(await faultsOf(page), theme).toEqual([]);
        }
        await page.keyboard.press("Escape");
      }
      expect(errors).toEqual([]);
      await page.context().close();
    });
  });
});

/**
 * What is wrong with the page as it stands, in words: wider than its window; text cut off; controls that collide or are too small to hit;
 * text of less contrast than 4.5 (3 where it is large), WCAG 2.2, 1.4.3.
 */
function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const nameOf = (element: Element): string =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> "${(element.textContent ?? "").trim().slice(0, 30)}"`;
    const dialog = document.querySelector("dialog[open]");
    const top = dialog ?? document.querySelector("aside.options") ?? document.body;
    const visible = (element: Element): boolean =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      getComputedStyle(element).clipPath === "none";
    const scope = dialog === null ? document.body : top;

    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.push(`The page is ${scrollWidth} wide in a window of ${clientWidth}.`);

    const controls = [...scope.querySelectorAll("button, select, input")].filter(
      (element) => visible(element) && (top === document.body || top.contains(element)),
    );
    const boxes = controls.map((element) => element.getBoundingClientRect());
    const scrolls = (element: Element): boolean => element.closest(".options-list") !== null;
    // On a phone the transport stays over what scrolls below it.
    const floats = (element: Element): boolean => element.closest(".transport") !== null;
    controls.forEach((one, index) => {
      const a = boxes[index];
      if (Math.min(a.width, a.height) < 20)
        faults.push(`${nameOf(one)} is ${a.width} × ${a.height}: too small to hit.`);
      controls.slice(index + 1).forEach((other, offset) => {
        const b = boxes[index + 1 + offset];
        const overlap =
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        if (overlap && scrolls(one) === scrolls(other) && floats(one) === floats(other)) {
          faults.push(`${nameOf(one)} and ${nameOf(other)} overlap.`);
        }
      });
    });

    /** Red, green, blue and opacity of any CSS colour, 0 to 255 and 0 to 1. */
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const channels = (colour: string): readonly number[] => {
      if (context === null) return [0, 0, 0, 1];
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const widthOf = (text: string, { font }: CSSStyleDeclaration): number => {
      if (context === null) return 0;
      context.font = font;
      return context.measureText(text).width;
    };
    const insideOf = (element: Element, { paddingLeft, paddingRight }: CSSStyleDeclaration): number =>
      element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight) + 1;
    const luminance = (colour: readonly number[]): number => {
      const [red, green, blue] = colour.slice(0, 3).map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const groundOf = (element: Element): readonly number[] => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const colour = channels(getComputedStyle(at).backgroundColor);
        if (colour[3] > 0.99) return colour;
      }
      return [255, 255, 255, 1];
    };
    for (const element of scope.querySelectorAll<HTMLElement>("*")) {
      const text = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
      );
      const written = text || element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
      if (!written || element instanceof HTMLOptionElement || !visible(element)) continue;
      const style = getComputedStyle(element);
      const cut =
        element instanceof HTMLSelectElement
          ? widthOf(element.selectedOptions[0]?.text ?? "", style) > insideOf(element, style)
          : text && style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
      const box = element.getBoundingClientRect();
      const holder = element.closest(".lane, .chart, .transport, .options, dialog, header")?.getBoundingClientRect();
      const outside = holder !== undefined && (box.left < holder.left - 1 || box.right > holder.right + 1);
      if (cut || (outside && element.closest(".seed-problem") === null)) faults.push(`${nameOf(element)} is cut off.`);
      if (element.closest(":disabled, [aria-hidden='true'], noscript") !== null) continue;
      const [ink, ground] = [luminance(channels(style.color)), luminance(groundOf(element))];
      const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (contrast < (large ? 3 : 4.5)) faults.push(`${nameOf(element)} has a contrast of ${contrast.toFixed(2)}.`);
    }
    return faults;
  });
}

// Every control of the arena does what it says, by mouse and by keyboard alone.
import { registry } from "@agon/environments";
import { algorithms } from "@agon/rl";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { control, figuresOf, millisecondsUntil, waitForLane } from "./arena-page.ts";
import { type ArenaServer, startArena } from "./arena-server.ts";
import { describeInChromium, launch, openWatched } from "./chromium.ts";
import { curveHashOf } from "./curve-hash.ts";

const patience = { timeout: 10_000 };

describeInChromium("the arena's controls", () => {
  let server: ArenaServer;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];

  beforeAll(async () => {
    browser = await launch();
    server = await startArena();
  });
  afterEach(async () => {
    await page.context().close();
    expect(errors).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const open = async (query: string, lanes: 1 | 2 = 1): Promise<void> => {
    ({ page, errors } = await openWatched(browser, `${server.address}${query}`));
    await waitForLane(page);
    if (lanes === 2) await waitForLane(page, { lane: 1 });
  };
  const stepsPerSecond = async (seconds: number): Promise<number> => {
    const [before, start] = [(await figuresOf(page)).steps, performance.now()];
    await page.waitForTimeout(seconds * 1000);
    return (((await figuresOf(page)).steps - before) * 1000) / (performance.now() - start);
  };

  describe.each([
    ["DQN on CartPole", "?env=CartPole-v1&algo=dqn", 1],
    ["a million steps a second on a board", "?env=CliffWalking-v1&algo=q-learning", 1],
    ["two lanes", "?env=CartPole-v1&algo=dqn&algo2=reinforce", 2],
  ] as const)("flat out, %s", (_, query, lanes) => {
    it("pauses within 200 ms, takes no step after that, and goes on", async () => {
      await open(query, lanes);
      for (const action of [{ click: "play" }, { key: " " }, { click: "play" }, { key: " " }]) {
        await page.waitForTimeout(500);
        const milliseconds = await millisecondsUntil(page, "paused", action);
        const paused = await figuresOf(page);
        expect(milliseconds).toBeLessThan(200);
        await page.waitForTimeout(400);
        expect((await figuresOf(page)).steps).toBe(paused.steps);
        await millisecondsUntil(page, "running", action);
        await waitForLane(page, { steps: paused.steps + 10 });
      }
    });
  });

  it("takes single steps while paused", async () => {
    await open("?env=CartPole-v1&algo=dqn");
    await millisecondsUntil(page, "paused", { click: "play" });
    const { steps } = await figuresOf(page);
    await control(page, "step").click();
    await waitForLane(page, { status: "paused", steps: steps + 1 });
    await page.keyboard.press("ArrowRight");
    await waitForLane(page, { status: "paused", steps: steps + 2 });
    await page.waitForTimeout(300);
    expect((await figuresOf(page)).steps).toBe(steps + 2);
  });

  it("trains at the pace that is asked for, from slow motion to flat out", async () => {
    await open("?env=CartPole-v1&algo=reinforce&speed=slow");
    for (const [name, expected, seconds] of [
      ["slow", 12.5, 4],
      ["real", 50, 3],
      ["fast", 400, 3],
    ] as const) {
      await control(page, `speed-${name}`).click();
      await page.waitForTimeout(300);
      const rate = await stepsPerSecond(seconds);
      expect(rate).toBeGreaterThan(expected * 0.8);
      expect(rate).toBeLessThan(expected * 1.2);
    }
    await control(page, "speed-faster").click();
    await page.waitForTimeout(300);
    const faster = await stepsPerSecond(2);
    await control(page, "speed-max").click();
    await page.waitForTimeout(300);
    const flatOut = await stepsPerSecond(2);
    expect(faster).toBeGreaterThan(800);
    expect(faster).toBeLessThan(3200 * 1.2);
    expect(flatOut).toBeGreaterThan(faster);
  });

  it("offers every algorithm that fits an environment, and plays every environment and every algorithm", async () => {
    await open("");
    const values = (name: string): Promise<string[]> =>
      control(page, name)
        .locator("option:not([disabled])")
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    const played = new Set<string>();
    for (const [i, environment] of (await values("environment")).entries()) {
      await control(page, "environment").selectOption(environment);
      const offered = await values("algorithm");
      const definition = registry.definition(environment);
      expect(offered).toEqual(algorithms.filter(({ fits }) => fits(definition) === null).map(({ name }) => name));
      // Those not played yet, and one of the others in turn: all with all are played without a page, in @agon/rl.
      for (const algorithm of new Set([...offered.filter((name) => !played.has(name)), offered[i % offered.length]])) {
        await control(page, "algorithm").selectOption(algorithm);
        await waitForLane(page, { steps: 1100 });
        expect(await figuresOf(page)).toMatchObject({ environment, algorithm, status: "running" });
        played.add(algorithm);
      }
      await millisecondsUntil(page, "paused", { click: "play" });
      expect(await coloursOnStage(page)).toBeGreaterThan(3);
      await millisecondsUntil(page, "running", { click: "play" });
    }
    expect(played).toEqual(new Set(algorithms.map(({ name }) => name)));
  });

  it("races two agents, and shows both of their curves in one chart", async () => {
    await open("?env=CartPole-v1&algo=reinforce");
    await control(page, "lanes-2").click();
    await waitForLane(page, { lane: 1, steps: 100 });
    const [first, second] = [await figuresOf(page, 0), await figuresOf(page, 1)];
    expect(first.algorithm).not.toBe(second.algorithm);
    const legends = await page.locator(".chart").first().locator(".legend li").allInnerTexts();
    expect(legends).toHaveLength(2);
    await millisecondsUntil(page, "paused", { click: "play" });
    expect((await figuresOf(page, 1)).status).toBe("paused");
    await control(page, "lanes-1").click();
    expect(await page.locator("[data-lane]").count()).toBe(1);
  });

  it("answers a bad option at its field, and starts anew with a good one", async () => {
    await open("?env=CartPole-v1&algo=dqn");
    await control(page, "options", 0).click();
    const field = page.getByLabel("Batch size");
    await field.fill("many");
    await field.press("Enter");
    await page.getByRole("alert").getByText('batchSize: "many" is not a whole number of at least 1.').waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.inputValue()).toBe("many");
    expect(await control(page, "apply").isDisabled()).toBe(true);
    await field.fill("32");
    await field.press("Tab");
    expect(await page.getByText("is not a whole number").count()).toBe(0);
    await control(page, "apply").click();
    await page.waitForURL(/algo\.batchSize=32/);
    await waitForLane(page, { steps: 100 });
  });

  it("changes a live option without a new start", async () => {
    await open("?env=CartPole-v1&algo=dqn");
    await waitForLane(page, { steps: 3000 });
    await control(page, "options", 0).click();
    await page.getByLabel("Learning rate").fill("0.0005");
    await page.getByLabel("Learning rate").press("Enter");
    await page.waitForURL(/algo\.learningRate=0\.0005/);
    expect((await figuresOf(page)).steps).toBeGreaterThan(3000);
  });

  it("answers an environment that cannot be, inside the panel", async () => {
    await open("?env=GridWorld-v0&algo=q-learning");
    await control(page, "environment-options").click();
    await page.getByLabel("Wind").fill("1, 2");
    await page.getByLabel("Wind").press("Enter");
    await control(page, "apply").click();
    await page.getByRole("alert").getByText("wind takes a whole number of cells for each of the 9 columns").waitFor();
    await page.getByLabel("Wind").fill("0, 0, 0, 1, 1, 1, 2, 2, 1");
    await page.getByLabel("Wind").press("Enter");
    await control(page, "apply").click();
    await page.waitForURL(/env\.wind=/);
    await waitForLane(page, { steps: 100 });
  });

  it("answers a bad seed at its field, and starts anew from a good one", async () => {
    await open("?env=CartPole-v1&algo=dqn&seed=1");
    const seed = control(page, "seed");
    await seed.fill("-3.5");
    await seed.press("Enter");
    await page.getByRole("alert").getByText('"-3.5" is not a whole number').waitFor();
    await seed.fill("7");
    await seed.press("Enter");
    await page.waitForURL(/seed=7/);
    expect(await page.getByText("is not a whole number").count()).toBe(0);
    await waitForLane(page);
  });

  it("can be worked by keyboard alone", async () => {
    await open("?env=CartPole-v1&algo=dqn");
    const focused = (attribute: string): Promise<string | null> =>
      page.evaluate((name) => document.activeElement?.getAttribute(name) ?? null, attribute);
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        if ((await focused("data-control")) === name) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never reached "${name}".`);
    };
    await tabTo("environment");
    await page.keyboard.press("ArrowDown");
    await expect.poll(async () => (await figuresOf(page)).environment, patience).not.toBe("CartPole-v1");
    await tabTo("seed");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("5");
    await page.keyboard.press("Enter");
    await tabTo("lanes-2");
    await page.keyboard.press("Space");
    await waitForLane(page, { lane: 1 });
    await tabTo("options");
    await page.keyboard.press("Enter");
    await page.getByLabel("Learning rate").waitFor();
    await page.keyboard.press("Escape");
    expect(await focused("data-control")).toBe("options");
    await tabTo("speed-real");
    await page.keyboard.press("Space");
    await page.waitForURL(/seed=5.*speed=real/);
    await page.keyboard.press("Escape");
    const { theme } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    for (const key of ["t", "l", "5", " "]) await page.keyboard.press(key);
    await waitForLane(page, { status: "paused" });
    expect(await page.locator("[data-lane]").count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).not.toBe(theme);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    const { steps } = await figuresOf(page);
    await page.keyboard.press("ArrowRight");
    await waitForLane(page, { status: "paused", steps: steps + 1 });
  });

  it("gives every control a name", async () => {
    await open("?env=GridWorld-v0&algo=dqn&algo2=q-learning", 2);
    await control(page, "environment-options").click();
    const nameless = await page.locator("button, select, input").evaluateAll((controls) =>
      controls
        .filter((one) => {
          const labels = [...((one as HTMLInputElement).labels ?? [])].map((label) => label.textContent);
          const text = one instanceof HTMLButtonElement ? one.textContent : "";
          return [one.getAttribute("aria-label"), text, ...labels].join("").trim() === "";
        })
        .map((one) => one.outerHTML),
    );
    expect(nameless).toEqual([]);
  });

  it("opens from its own address just as it was left", async () => {
    await open("");
    await control(page, "environment").selectOption("FrozenLake-v1");
    await control(page, "algorithm").selectOption("q-learning");
    await control(page, "lanes-2").click();
    await control(page, "speed-fast").click();
    await page.getByRole("button", { name: "Policy" }).first().click();
    const address = page.url();
    await page.goto("about:blank");
    await page.goto(address);
    await waitForLane(page);
    expect(page.url()).toBe(address);
    expect(await figuresOf(page)).toMatchObject({ environment: "FrozenLake-v1", algorithm: "q-learning" });
    expect(await page.locator("[data-lane]").count()).toBe(2);
    expect(await control(page, "speed-fast").getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("button", { name: "Policy" }).first().getAttribute("aria-pressed")).toBe("true");
  });

  it("gives the curve that Node gives, with pauses, single steps and changes of speed in between", async () => {
    const steps = 3000;
    const run = { algorithm: "dqn", seed: 3, steps, pauses: false } as const;
    await open(`?env=CartPole-v1&algo=dqn&seed=3&steps=${steps}&speed=fast&numerics=strict`);
    for (const speed of ["slow", "faster", "fast", "max"]) {
      await millisecondsUntil(page, "paused", { click: "play" });
      await control(page, "step").click();
      await page.waitForTimeout(100);
      await control(page, `speed-${speed}`).click();
      await millisecondsUntil(page, "running", { click: "play" });
      await page.waitForTimeout(200);
    }
    await waitForLane(page, { status: "finished", steps });
    await expect.poll(async () => (await figuresOf(page)).curveHash, patience).toMatch(/^[0-9a-f]{64}$/);
    expect(await figuresOf(page)).toMatchObject(await curveHashOf({ ...run, numerics: "strict" }));
  });
});

/** How many colours the stage shows: a blank one has one or two. */
async function coloursOnStage(page: Page): Promise<number> {
  const picture = await page.locator(".stage-surface").first().screenshot({ timeout: 120_000 });
  return page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      if (context === null) return 0;
      context.drawImage(bitmap, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
      return new Set(pixels).size;
    },
    [...picture],
  );
}

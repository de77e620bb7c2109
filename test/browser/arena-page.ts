// The arena through a user's eyes and hands: what its lanes show, and its controls.
import type { Locator, Page } from "playwright-core";

export interface LaneFigures {
  readonly status: string;
  readonly algorithm: string;
  readonly environment: string;
  readonly steps: number;
  readonly episodes: number;
  /** Mean return of the last 20 episodes. */
  readonly meanReturn: number;
  readonly curveHash: string;
  readonly arithmetic: string;
}

/** What lane 0 or 1 shows now. */
export function figuresOf(page: Page, index: 0 | 1 = 0): Promise<LaneFigures> {
  return page.locator(`[data-lane="${index}"]`).evaluate((lane) => {
    const { status, algorithm, environment, steps, episodes, meanReturn, curveHash, arithmetic } = (lane as HTMLElement)
      .dataset as Record<string, string>;
    return {
      status,
      algorithm,
      environment,
      steps: Number(steps),
      episodes: Number(episodes),
      meanReturn: Number(meanReturn),
      curveHash,
      arithmetic,
    };
  });
}

/** A control by the name it has in the page's code; of a lane where there is one in each. */
export function control(page: Page, name: string, lane?: 0 | 1): Locator {
  return page.locator(`${lane === undefined ? "" : `[data-lane="${lane}"] `}[data-control="${name}"]`);
}

/** Waits until the lane has a status, and has taken at least so many steps. */
export async function waitForLane(
  page: Page,
  { status = "running", steps = 1, lane = 0 }: { status?: string; steps?: number; lane?: 0 | 1 } = {},
): Promise<void> {
  const reached = page.waitForFunction(
    ([lane, status, steps]) => {
      const { dataset } = document.querySelector<HTMLElement>(`[data-lane="${lane}"]`) ?? { dataset: {} };
      return (dataset as DOMStringMap).status === status && Number((dataset as DOMStringMap).steps) >= Number(steps);
    },
    [lane, status, steps] as const,
    // Not by animation frames, which come slowly where a processor draws them.
    { timeout: 60_000, polling: 100 },
  );
  await reached.catch(async () => {
    const shown = `${JSON.stringify(await figuresOf(page, lane))} ${await page.locator(".outcome").allInnerTexts()}`;
    throw new Error(`Lane ${lane} is not ${status} at step ${steps} after 60 s: ${shown}`);
  });
}

/**
 * Acts on the page as a click or a key does, and returns the milliseconds until every lane shows the status. Measured inside the page, so
 * that the way to the test does not count.
 */
export function millisecondsUntil(
  page: Page,
  status: string,
  action: { click: string } | { key: string },
): Promise<number> {
  return page.evaluate(
    ([status, action]) =>
      new Promise<number>((resolve) => {
        const lanes = [...document.querySelectorAll<HTMLElement>("[data-lane]")];
        const start = performance.now();
        const observer = new MutationObserver(() => {
          if (!lanes.every((lane) => lane.dataset.status === status)) return;
          observer.disconnect();
          resolve(performance.now() - start);
        });
        for (const lane of lanes) observer.observe(lane, { attributes: true, attributeFilter: ["data-status"] });
        if ("click" in action) document.querySelector<HTMLElement>(`[data-control="${action.click}"]`)?.click();
        else document.body.dispatchEvent(new KeyboardEvent("keydown", { key: action.key, bubbles: true }));
      }),
    [status, action] as const,
  );
}

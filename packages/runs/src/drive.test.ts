// Events are handed over one by one, and an abort ends the generator.
import { describe, expect, it } from "vitest";
import { drive } from "./drive.ts";

describe("drive", () => {
  /** Counts up for ever, or to `end`; notes when it is ended. */
  async function* counting(end = Number.POSITIVE_INFINITY, onEnd = (): void => {}): AsyncGenerator<number, void, void> {
    try {
      for (let count = 0; count < end; count++) yield count;
    } finally {
      onEnd();
    }
  }

  it("runs to the end where nobody stops it, and hands over every event", async () => {
    const seen: number[] = [];
    expect(await drive(counting(1000), { onEvent: (event) => seen.push(event), sliceMilliseconds: 0 })).toBe(true);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  it("takes no event once aborted, and lets the generator clean up", async () => {
    const controller = new AbortController();
    let [last, ended] = [-1, false];
    const onEvent = (event: number): void => {
      last = event;
      if (event === 3) controller.abort();
    };
    const events = counting(undefined, () => {
      ended = true;
    });
    expect(await drive(events, { signal: controller.signal, onEvent })).toBe(false);
    expect([last, ended]).toEqual([3, true]);
  });
});

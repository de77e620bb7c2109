// The books of a run: figures, and both curves since the last report, in bounded memory however many episodes there were.
import type { EpisodeEvent, UpdateEvent } from "@agon/rl";
import { type Figures, lossColumns, returnColumns, rowsPerReport } from "../protocol.ts";
import { Series } from "../series.ts";

/** Milliseconds over which the rate is averaged. */
const rateWindow = 1000;

export class Progress {
  readonly #recent = new Float64Array(100);
  readonly #returns = new Series(returnColumns, rowsPerReport);
  readonly #losses = new Series(lossColumns, rowsPerReport);
  readonly #row = new Float64Array(returnColumns);
  #episodes = 0;
  #sum20 = 0;
  #sum100 = 0;
  #named: Readonly<Record<string, number>> = {};
  #rate = 0;
  #rateStep = 0;
  #rateTime = 0;

  episode(event: EpisodeEvent): void {
    const recent = this.#recent;
    const slot = this.#episodes % 100;
    if (this.#episodes >= 20) this.#sum20 -= recent[(slot + 80) % 100];
    if (this.#episodes >= 100) this.#sum100 -= recent[slot];
    recent[slot] = event.return;
    this.#sum20 += event.return;
    this.#sum100 += event.return;
    this.#episodes++;
    const row = this.#row;
    row[0] = event.step;
    row[1] = event.return;
    row[2] = this.#sum20 / Math.min(20, this.#episodes);
    row[3] = this.#sum100 / Math.min(100, this.#episodes);
    this.#returns.push(row);
  }

  update(event: UpdateEvent): void {
    const row = this.#row;
    row[0] = event.step;
    row[1] = event.loss;
    this.#losses.push(row);
    this.#named = event.figures;
  }

  /** Starts the rate afresh, so that a pause does not count as slowness. */
  restartClock(step: number, now: number): void {
    this.#rateStep = step;
    this.#rateTime = now;
  }

  figures(steps: number, now: number): Figures {
    const elapsed = now - this.#rateTime;
    if (elapsed > 200) {
      const fresh = ((steps - this.#rateStep) * 1000) / elapsed;
      const weight = this.#rate === 0 ? 1 : Math.min(1, elapsed / rateWindow);
      this.#rate += weight * (fresh - this.#rate);
      this.restartClock(steps, now);
    }
    return {
      steps,
      episodes: this.#episodes,
      stepsPerSecond: this.#rate,
      lastReturn: this.#episodes === 0 ? Number.NaN : this.#recent[(this.#episodes - 1) % 100],
      mean20: this.#mean(20),
      mean100: this.#mean(100),
      named: this.#named,
    };
  }

  takeReturns(): Float64Array {
    return this.#returns.take();
  }

  takeLosses(): Float64Array {
    return this.#losses.take();
  }

  /** Summed anew, so that the running sums' rounding never shows. */
  #mean(count: number): number {
    const available = Math.min(count, this.#episodes);
    let sum = 0;
    for (let back = 1; back <= available; back++) sum += this.#recent[(this.#episodes - back) % 100];
    return sum / available;
  }
}

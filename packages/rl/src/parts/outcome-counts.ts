// A model of the world learned by counting: what followed each pair of state and action, and how often.
import type { Random } from "@agon/random";
import type { Saved, Store } from "./agent-state.ts";

/** What a step led to. */
export interface Outcome {
  readonly reward: number;
  readonly next: number;
  readonly terminated: boolean;
}

interface Counted {
  readonly outcomes: Outcome[];
  readonly counts: number[];
  total: number;
}

/** As plain data, in the order in which they were first met. */
type SavedOutcomes = readonly (readonly [pair: number, outcomes: readonly Outcome[], counts: readonly number[]])[];

export class OutcomeCounts implements Store {
  private readonly known = new Map<number, Counted>();
  /** The pairs met so far. */
  private readonly pairs: number[] = [];

  add(pair: number, { reward, next, terminated }: Outcome): void {
    let counted = this.known.get(pair);
    if (!counted) {
      counted = { outcomes: [], counts: [], total: 0 };
      this.known.set(pair, counted);
      this.pairs.push(pair);
    }
    const at = counted.outcomes.findIndex(
      (one) => one.next === next && one.reward === reward && one.terminated === terminated,
    );
    if (at === -1) {
      counted.outcomes.push({ reward, next, terminated });
      counted.counts.push(1);
    } else counted.counts[at]++;
    counted.total++;
  }

  /** A pair met before, each as likely, and one of its outcomes, as likely as it was frequent. */
  draw(random: Random): { readonly pair: number; readonly outcome: Outcome } {
    const pair = this.pairs[random.integer(this.pairs.length)];
    const { outcomes, counts, total } = this.known.get(pair) as Counted;
    let rest = outcomes.length === 1 ? 0 : random.integer(total);
    let at = 0;
    while (rest >= counts[at]) rest -= counts[at++];
    return { pair, outcome: outcomes[at] };
  }

  save(): Saved {
    const data: SavedOutcomes = this.pairs.map((pair) => {
      const { outcomes, counts } = this.known.get(pair) as Counted;
      return [pair, outcomes, counts];
    });
    return { data };
  }

  load(saved: unknown): void {
    this.known.clear();
    this.pairs.length = 0;
    for (const [pair, outcomes, counts] of saved as SavedOutcomes) {
      const total = counts.reduce((sum, count) => sum + count, 0);
      this.known.set(pair, { outcomes: [...outcomes], counts: [...counts], total });
      this.pairs.push(pair);
    }
  }
}

// A rollout: some steps of several environments, with what was seen, what a critic thought of it, and what came of it.
import type { Bound, SafetensorsArray } from "@agon/tensor";
import type { Features } from "./features.ts";
import { generalisedAdvantages } from "./returns.ts";
import type { VectorSession } from "./vector-session.ts";

/** Composition, not a base class: agents that learn from rollouts each have one, and step their environments through it. */
export class Rollout {
  /** Steps so far. */
  filled = 0;
  readonly steps: number;
  /** Arrays over time, [steps, environments, …]. */
  readonly features: Float32Array;
  readonly rewards: Float64Array;
  readonly values: Float64Array;
  /** Values of where each step led to, before any reset: they reach through truncation. */
  readonly nextValues: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  private readonly session: VectorSession;
  private readonly mind: Bound;
  private readonly seen: Features;

  /** `mind`: of what is `seen` in all environments, [environments, width]; the first that it gives are their values, [environments]. */
  constructor(
    session: VectorSession,
    mind: Bound,
    { seen, steps }: { readonly seen: Features; readonly steps: number },
  ) {
    const size = steps * session.environments.count;
    this.session = session;
    this.mind = mind;
    this.steps = steps;
    this.seen = seen;
    this.features = new Float32Array(size * seen.width);
    this.rewards = new Float64Array(size);
    this.values = new Float64Array(size);
    this.nextValues = new Float64Array(size);
    this.terminated = new Uint8Array(size);
    this.truncated = new Uint8Array(size);
  }

  get full(): boolean {
    return this.filled === this.steps;
  }

  /** Where the arrays of the next step begin, counted in rows of one environment each. */
  get row(): number {
    return this.filled * this.session.environments.count;
  }

  /** What the mind makes of the present observations; overwritten by the next call. */
  think(): readonly Float32Array[] {
    const outputs = this.thinkAbout(this.session.environments.observations);
    if (this.filled > 0) this.noteNextValues(outputs[0]);
    return outputs;
  }

  /** One step in every environment, after `think`. */
  step(actions: Int32Array | Float32Array): void {
    const { session, mind, row } = this;
    const { environments } = session;
    this.features.set(mind.inputs[0] as Float32Array, row * this.seen.width);
    this.values.set(mind.outputs[0], row);
    session.step(actions);
    const { rewards, terminated, truncated } = environments;
    this.rewards.set(rewards, row);
    this.terminated.set(terminated, row);
    this.truncated.set(truncated, row);
    this.filled++;
    if (!truncated.includes(1)) return;
    const [last] = this.thinkAbout(environments.finalObservations);
    for (let lane = 0; lane < truncated.length; lane++)
      if (truncated[lane] === 1) this.nextValues[row + lane] = last[lane];
  }

  /** Of the whole rollout; see generalisedAdvantages. */
  advantages(gamma: number, lambda: number): { readonly advantages: Float64Array; readonly returns: Float64Array } {
    const { environments } = this.session;
    this.noteNextValues(this.thinkAbout(environments.observations)[0]);
    return generalisedAdvantages(this, environments.count, gamma, lambda);
  }

  private thinkAbout(observations: Float32Array): readonly Float32Array[] {
    const { mind, seen } = this;
    seen.write(observations, mind.inputs[0] as Float32Array);
    mind.run();
    return mind.outputs as readonly Float32Array[];
  }

  /** Values of where the last step led to; where it truncated an episode, the last observation's value stands there already. */
  private noteNextValues(values: Float32Array): void {
    const { truncated, nextValues } = this;
    const row = this.row - values.length;
    for (let lane = 0; lane < values.length; lane++)
      if (truncated[row + lane] === 0) nextValues[row + lane] = values[lane];
  }

  save(): { readonly data: { readonly filled: number }; readonly arrays: Readonly<Record<string, SafetensorsArray>> } {
    const { filled, features, rewards, values, nextValues, terminated, truncated } = this;
    const arrays = { features, rewards, values, nextValues, terminated, truncated };
    const copies = Object.entries(arrays).map(([name, array]) => [name, array.slice()]);
    return { data: { filled }, arrays: Object.fromEntries(copies) };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    this.filled = (saved as { filled: number }).filled;
    for (const name of ["features", "rewards", "values", "nextValues", "terminated", "truncated"] as const)
      this[name].set(array(name));
  }
}

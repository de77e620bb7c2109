// Value iteration (Bellman 1957; Sutton & Barto 2018, §4.4, eq. 4.10): Vₖ₊₁(s) = maxₐ Σ p(s′|s, a)·(r + γ·Vₖ(s′)) for all states at once, from V₀ = 0.
// Nothing is learned from experience: the model is the environment's own table. An update is one sweep over the states; one is made for each step that
// the greedy policy takes in the environment, until no value changes any more, so that the curve shows what the plan is worth after so many sweeps.
// Simplified: whole sweeps from the old values, not in place, hence Vₖ is the best discounted return within k steps.
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { changeOption } from "../parts/options.ts";
import { needsModel, Plan, type PlanOptions, planOptions } from "../parts/plan.ts";
import { backup } from "../parts/table-policy.ts";
import type { AlgorithmSpec } from "../registry.ts";

export type ValueIterationOptions = PlanOptions;

export class ValueIteration implements Agent {
  readonly algorithm = "value-iteration";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly plan: Plan;

  constructor(environment: EnvironmentDefinition, options: ValueIterationOptions = {}) {
    this.environment = environment;
    this.plan = new Plan(this.algorithm, environment, options);
    this.options = this.plan.options;
  }

  get steps(): number {
    return this.plan.session.steps;
  }

  /** Q(s, a). [states, actions] */
  get q(): Float64Array {
    return this.plan.q;
  }

  get actions(): number {
    return this.plan.table.actions;
  }

  act(observation: Float32Array): number {
    return this.plan.greedy(observation[0]);
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    return this.plan.train(options, (out) => this.improve(out));
  }

  /** One sweep: Q(s, a) = Σ p(s′|s, a)·(r + γ·V(s′)) with V = maxₐ Q as it was. */
  private improve(out: Float64Array): Readonly<Record<string, number>> {
    const { table } = this.plan;
    const { discount } = this.options as { discount: number };
    const values = this.plan.values();
    for (const [state, choices] of table.rows.entries())
      for (const [action, outcomes] of choices.entries())
        out[state * table.actions + action] = backup(outcomes, values, discount);
    return {};
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, planOptions, this.options, key, value);
  }

  policy = (): Uint8Array => this.plan.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.plan.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.plan.kept.save(path);
  load = (path: string): Promise<void> => this.plan.kept.load(path);
  checkpoint = (): Uint8Array => this.plan.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.plan.kept.restore(bytes);
  curveHash = (): Promise<string> => this.plan.kept.curveHash();

  inspect(observation: Float32Array): { readonly actionValues: Float32Array; readonly value: number } {
    return this.plan.inspect(observation);
  }
}

export const valueIteration: AlgorithmSpec = {
  name: "value-iteration",
  title: "Value iteration",
  summary: "Plans with the known model: the value of every state from those of the states it leads to, sweep by sweep.",
  options: planOptions,
  tabular: true,
  fits: (environment) => needsModel("Value iteration", environment),
  tuned: () => ({}),
  create: (environment, options) => new ValueIteration(environment, options),
};

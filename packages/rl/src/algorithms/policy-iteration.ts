// Policy iteration (Howard 1960; Sutton & Barto 2018, §4.3): evaluate the policy, V(s) = Σ p(s′|s, π(s))·(r + γ·V(s′)) (eq. 4.5), make it greedy in what was
// found, π(s) = argmaxₐ Σ p(s′|s, a)·(r + γ·V(s′)) (eq. 4.9), and again, until no value changes any more.
// Nothing is learned from experience: the model is the environment's own table. An update is one evaluation and one improvement; one is made for each
// step that the greedy policy takes in the environment, so that the curve shows what the plan is worth after so many improvements.
// Simplified: the evaluation sweeps in place from the last values until they change by less than `tolerance`, rather than solving the linear equations.
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { changeOption } from "../parts/options.ts";
import { needsModel, Plan, type PlanOptions, planOptions } from "../parts/plan.ts";
import { backup } from "../parts/table-policy.ts";
import type { AlgorithmSpec } from "../registry.ts";

export type PolicyIterationOptions = PlanOptions;

export class PolicyIteration implements Agent {
  readonly algorithm = "policy-iteration";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly plan: Plan;

  constructor(environment: EnvironmentDefinition, options: PolicyIterationOptions = {}) {
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

  /** Evaluates the greedy policy in V and writes Q(s, a) = Σ p(s′|s, a)·(r + γ·V(s′)), in which the next policy is greedy. */
  private improve(out: Float64Array): Readonly<Record<string, number>> {
    const { table } = this.plan;
    const { discount } = this.options as { discount: number };
    const values = this.plan.values();
    const sweeps = this.evaluate(values);
    for (const [state, choices] of table.rows.entries())
      for (const [action, outcomes] of choices.entries())
        out[state * table.actions + action] = backup(outcomes, values, discount);
    return { sweeps };
  }

  /** Sweeps over V in place until the policy's values stand still, or are not finite; returns how often. */
  private evaluate(values: Float64Array): number {
    const { discount, tolerance } = this.options as { discount: number; tolerance: number };
    const policy = this.plan.table.rows.map((choices, state) => choices[this.plan.greedy(state)]);
    for (let sweeps = 1; ; sweeps++) {
      let change = 0;
      for (let state = 0; state < policy.length; state++) {
        const value = backup(policy[state], values, discount);
        change = Math.max(change, Math.abs(value - values[state]));
        values[state] = value;
      }
      if (!(change > tolerance && change < Infinity)) return sweeps;
    }
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

export const policyIteration: AlgorithmSpec = {
  name: "policy-iteration",
  title: "Policy iteration",
  summary:
    "Plans with the known model: the value of every state under a policy, then a policy that is greedy in these values.",
  options: planOptions,
  tabular: true,
  fits: (environment) => needsModel("Policy iteration", environment),
  tuned: () => ({}),
  create: (environment, options) => new PolicyIteration(environment, options),
};

// Q-learning (Watkins 1989; Sutton & Barto 2018, eq. 6.8): Q(s, a) ← Q(s, a) + α(r + γ·maxₐ′ Q(s′, a′) − Q(s, a)).
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { changeOption } from "../parts/options.ts";
import type { Session } from "../parts/session.ts";
import { needsTable } from "../parts/table-policy.ts";
import { tdTarget } from "../parts/targets.ts";
import { type TableOptions, tableOptions, ValueTable } from "../parts/value-table.ts";
import type { AlgorithmSpec } from "../registry.ts";
import { tuned } from "../tuned/q-learning.ts";

export type QLearningOptions = TableOptions;

export class QLearning implements Agent {
  readonly algorithm = "q-learning";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly table: ValueTable;
  private readonly session: Session;

  constructor(environment: EnvironmentDefinition, options: QLearningOptions = {}) {
    this.environment = environment;
    this.table = new ValueTable(this.algorithm, environment, options);
    this.options = this.table.options;
    this.session = this.table.session;
  }

  get steps(): number {
    return this.session.steps;
  }

  /** Q(s, a). [states, actions] */
  get q(): Float64Array {
    return this.table.q;
  }

  get actions(): number {
    return this.table.actions;
  }

  act(observation: Float32Array): number {
    return this.table.greedy(this.table.stateOf(observation));
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session, table } = this;
    const { discount } = this.options as { discount: number };
    for (const end = session.steps + steps; session.steps < end; ) {
      const state = table.stateOf(session.observation);
      const action = table.choose(state);
      const reward = session.step(action);
      const next = table.stateOf(session.nextObservation);
      const best = table.value(next, table.greedy(next));
      const target = tdTarget(reward, session.environment.terminated, discount, best);
      const loss = table.learn(state, action, target);
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (every !== "episode") yield table.updateEvent(loss);
      if (episode) yield episode;
    }
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, tableOptions, this.options, key, value);
  }

  policy = (): Uint8Array => this.table.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.table.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.table.kept.save(path);
  load = (path: string): Promise<void> => this.table.kept.load(path);
  checkpoint = (): Uint8Array => this.table.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.table.kept.restore(bytes);
  curveHash = (): Promise<string> => this.table.kept.curveHash();

  inspect(observation: Float32Array): { readonly actionValues: Float32Array; readonly value: number } {
    return this.table.inspect(observation);
  }
}

export const qLearning: AlgorithmSpec = {
  name: "q-learning",
  title: "Q-learning",
  summary: "A table of action values, each moved towards reward plus the best next value.",
  options: tableOptions,
  tabular: true,
  fits: (environment) => needsTable("Q-learning", environment, tuned[environment.id]),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new QLearning(environment, options),
};

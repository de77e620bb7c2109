// Dyna-Q (Sutton 1990; Sutton & Barto 2018, §8.2): Q-learning on what happens, Q(s, a) ← Q(s, a) + α(r + γ·maxₐ′ Q(s′, a′) − Q(s, a)), and after each real
// step the same `planningSteps` times over on what a model says would happen, for pairs of state and action that were met before.
// The book's model holds the one outcome of a deterministic world; this one counts outcomes and draws from them, which is the same there and holds
// in worlds of chance too. Simplified: pairs are drawn uniformly, no prioritised sweeping (§8.4), no bonus for pairs long untried (Dyna-Q+).
import type { EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { changeOption } from "../parts/options.ts";
import { type Outcome, OutcomeCounts } from "../parts/outcome-counts.ts";
import type { Session } from "../parts/session.ts";
import { needsTable } from "../parts/table-policy.ts";
import { tdTarget } from "../parts/targets.ts";
import { type TableOptions, tableOptions, ValueTable } from "../parts/value-table.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/dyna-q.ts";

export interface DynaQOptions extends TableOptions {
  readonly planningSteps?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  {
    key: "planningSteps",
    default: 10,
    minimum: 0,
    maximum: 1000,
    integer: true,
    description: "Updates from the model after each real step; 0 is Q-learning.",
    live: true,
  },
  ...tableOptions,
];

export class DynaQ implements Agent {
  readonly algorithm = "dyna-q";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly table: ValueTable;
  private readonly session: Session;
  private readonly model = new OutcomeCounts();
  /** Of planning alone: without it everything else is as in Q-learning. */
  private readonly random: Random;

  constructor(environment: EnvironmentDefinition, options: DynaQOptions = {}) {
    this.environment = environment;
    this.random = createRandom(options.seed ?? 0).split("planning");
    const rest = { model: this.model, planning: this.random };
    this.table = new ValueTable(this.algorithm, environment, { ...options, specs: optionSpecs, rest });
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
    const { session, table, model } = this;
    const { planningSteps } = this.options as { planningSteps: number };
    for (const end = session.steps + steps; session.steps < end; ) {
      const state = table.stateOf(session.observation);
      const action = table.choose(state);
      const reward = session.step(action);
      const { terminated } = session.environment;
      const outcome = { reward, next: table.stateOf(session.nextObservation), terminated };
      const pair = state * table.actions + action;
      const loss = this.learn(pair, outcome);
      model.add(pair, outcome);
      for (let i = 0; i < planningSteps; i++) {
        const imagined = model.draw(this.random);
        this.learn(imagined.pair, imagined.outcome);
      }
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (every !== "episode") yield table.updateEvent(loss);
      if (episode) yield episode;
    }
  }

  /** The update of Q-learning; returns the squared error. */
  private learn(pair: number, { reward, next, terminated }: Outcome): number {
    const { table } = this;
    const { discount } = this.options as { discount: number };
    const action = pair % table.actions;
    const target = tdTarget(reward, terminated, discount, table.value(next, table.greedy(next)));
    return table.learn((pair - action) / table.actions, action, target);
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
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

export const dynaQ: AlgorithmSpec = {
  name: "dyna-q",
  title: "Dyna-Q",
  summary: "Q-learning that also learns a model of the world, and from it many times over between real steps.",
  options: optionSpecs,
  tabular: true,
  fits: (environment) => needsTable("Dyna-Q", environment, tuned[environment.id]),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new DynaQ(environment, options),
};

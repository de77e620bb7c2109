// First-visit Monte Carlo control (Sutton & Barto 2018, §5.3–5.4): Q(s, a) ← average of the returns G = rₜ + γ·rₜ₊₁ + … + γ^(T−t−1)·r_T₋₁ that
// followed the first time t of (s, a) in each episode, and the policy ε-greedy in Q; with `exploringStarts` the first action of each episode is any.
// An update of the average: Q(s, a) ← Q(s, a) + (G − Q(s, a))/N(s, a), or with a constant step size in the place of 1/N (eq. 6.1).
// Beyond the book: an episode that was cut short, or is longer than `maxLength` and then learned from in parts, counts from there on as its best value
// says. That is the only bootstrapping. Exploring starts draw the action alone; states begin as the environment begins them.
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import type { Store } from "../parts/agent-state.ts";
import { changeOption } from "../parts/options.ts";
import type { Session } from "../parts/session.ts";
import { needsTable } from "../parts/table-policy.ts";
import { type Lesson, type TableOptions, tableOptions, ValueTable } from "../parts/value-table.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/monte-carlo.ts";

export interface MonteCarloOptions extends TableOptions {
  readonly exploringStarts?: boolean;
  readonly maxLength?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  {
    key: "learningRate",
    default: 0,
    minimum: 0,
    maximum: 1,
    description: "Step size of each update; 0 takes the average of all returns, 1/N(s, a).",
    live: true,
  },
  { key: "exploringStarts", default: false, description: "The first action of each episode is drawn at random." },
  {
    key: "maxLength",
    default: 10_000,
    minimum: 1,
    integer: true,
    description: "Longer episodes are learned from in parts of so many steps.",
  },
  ...tableOptions.filter(({ key }) => key !== "learningRate"),
];

export class MonteCarlo implements Agent {
  readonly algorithm = "monte-carlo";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly table: ValueTable;
  private readonly session: Session;
  /** N(s, a): how often each was learned. [states, actions] */
  private readonly visits: Float64Array;
  /** The episode so far: pairs of state and action as indices of the table, and what they brought. */
  private pairs: number[] = [];
  private rewards: number[] = [];

  constructor(environment: EnvironmentDefinition, options: MonteCarloOptions = {}) {
    this.environment = environment;
    const rest = { returns: this.returnsStore() };
    this.table = new ValueTable(this.algorithm, environment, { ...options, specs: optionSpecs, rest });
    this.options = this.table.options;
    this.session = this.table.session;
    this.visits = new Float64Array(this.table.q.length);
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
    const { exploringStarts, maxLength } = this.options as { exploringStarts: boolean; maxLength: number };
    for (const end = session.steps + steps; session.steps < end; ) {
      const state = table.stateOf(session.observation);
      const begins = session.environment.episodeLength === 0;
      const action = exploringStarts && begins ? table.explore() : table.choose(state);
      const reward = session.step(action);
      const { terminated, truncated } = session.environment;
      this.pairs.push(state * table.actions + action);
      this.rewards.push(reward);
      const loss = terminated || truncated || this.pairs.length >= maxLength ? this.learn(terminated) : null;
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (loss !== null && every !== "episode") yield table.updateEvent(loss);
      if (episode) yield episode;
    }
  }

  /** Learns the returns of the episode so far and forgets it; returns the mean squared error. */
  private learn(terminated: boolean): number {
    const { table, pairs, rewards, visits } = this;
    const { discount, learningRate } = this.options as { discount: number; learningRate: number };
    const next = table.stateOf(this.session.nextObservation);
    let target = terminated ? 0 : table.value(next, table.greedy(next));
    const first = new Map<number, Lesson>(); // earlier visits overwrite later ones
    for (let t = pairs.length - 1; t >= 0; t--) {
      target = rewards[t] + discount * target;
      const pair = pairs[t];
      const action = pair % table.actions;
      const rate = learningRate > 0 ? learningRate : 1 / (visits[pair] + 1);
      first.set(pair, { state: (pair - action) / table.actions, action, target, rate });
    }
    this.pairs = [];
    this.rewards = [];
    const loss = table.learnAll([...first.values()]);
    for (const pair of first.keys()) visits[pair]++;
    return loss;
  }

  private returnsStore(): Store {
    return {
      save: () => ({ data: [this.pairs, this.rewards], arrays: { visits: this.visits } }),
      load: (saved, array) => {
        [this.pairs, this.rewards] = saved as [number[], number[]];
        this.visits.set(array("visits") as Float64Array);
      },
    };
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

export const monteCarlo: AlgorithmSpec = {
  name: "monte-carlo",
  title: "Monte Carlo control",
  summary: "A table of action values: the average of the returns that followed, known only when an episode is over.",
  options: optionSpecs,
  tabular: true,
  fits: (environment) => needsTable("Monte Carlo control", environment, tuned[environment.id]),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new MonteCarlo(environment, options),
};

// n-step SARSA (Sutton & Barto 2018, §7.2): Q(sₜ, aₜ) ← Q(sₜ, aₜ) + α(G − Q(sₜ, aₜ)),
// G = rₜ + γ·rₜ₊₁ + … + γⁿ⁻¹·rₜ₊ₙ₋₁ + γⁿ·Q(sₜ₊ₙ, aₜ₊ₙ) (eq. 7.4). With n = 1 it is SARSA, with n beyond every episode constant-α Monte Carlo.
// At the end of an episode the pairs that still wait learn from fewer steps: after termination nothing follows, after truncation the value of where it
// was cut. Simplified: one n for all, no importance sampling (§7.3).
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import type { Store } from "../parts/agent-state.ts";
import { changeOption } from "../parts/options.ts";
import type { Session } from "../parts/session.ts";
import { needsTable } from "../parts/table-policy.ts";
import { type Lesson, type TableOptions, tableOptions, ValueTable } from "../parts/value-table.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/n-step-sarsa.ts";

export interface NStepSarsaOptions extends TableOptions {
  readonly multiStep?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  {
    key: "multiStep",
    default: 4,
    minimum: 1,
    integer: true,
    description: "n: rewards that are added up before a value stands for the rest.",
  },
  ...tableOptions,
];

/** A step whose return is not known yet. */
interface Pending {
  readonly state: number;
  readonly action: number;
  readonly reward: number;
}

export class NStepSarsa implements Agent {
  readonly algorithm = "n-step-sarsa";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly table: ValueTable;
  private readonly session: Session;
  /** The last steps of this episode, fewer than n. */
  private pending: Pending[] = [];
  /** `action`: the one already chosen for the current state; −1 at the start of an episode. */
  private readonly chosen = { action: -1 };

  constructor(environment: EnvironmentDefinition, options: NStepSarsaOptions = {}) {
    this.environment = environment;
    const rest = { chosen: this.chosen, pending: this.pendingStore() };
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
    const { session, table } = this;
    const { multiStep } = this.options as { multiStep: number };
    for (const end = session.steps + steps; session.steps < end; ) {
      const state = table.stateOf(session.observation);
      const action = this.chosen.action === -1 ? table.choose(state) : this.chosen.action;
      const reward = session.step(action);
      const next = table.stateOf(session.nextObservation);
      const { terminated, truncated } = session.environment;
      const following = terminated ? -1 : table.choose(next);
      const ended = terminated || truncated;
      this.chosen.action = ended ? -1 : following;
      this.pending.push({ state, action, reward });
      const due = ended ? this.pending.length : this.pending.length - multiStep + 1;
      const loss = due > 0 ? this.learn(due, terminated ? 0 : table.value(next, following)) : null;
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (loss !== null && every !== "episode") yield table.updateEvent(loss);
      if (episode) yield episode;
    }
  }

  /** The oldest `count` of the waiting steps learn their returns, `beyond` being the value of what follows the last; returns the mean squared error. */
  private learn(count: number, beyond: number): number {
    const { discount } = this.options as { discount: number };
    const lessons: Lesson[] = [];
    let target = beyond;
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const { state, action, reward } = this.pending[i];
      target = reward + discount * target;
      if (i < count) lessons.unshift({ state, action, target });
    }
    this.pending.splice(0, count);
    return this.table.learnAll(lessons);
  }

  private pendingStore(): Store {
    return {
      save: () => ({ data: this.pending }),
      load: (saved) => {
        this.pending = saved as Pending[];
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

export const nStepSarsa: AlgorithmSpec = {
  name: "n-step-sarsa",
  title: "n-step SARSA",
  summary: "A table of action values, each moved towards n rewards and the value of the action taken after them.",
  options: optionSpecs,
  tabular: true,
  fits: (environment) => needsTable("n-step SARSA", environment, tuned[environment.id]),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new NStepSarsa(environment, options),
};

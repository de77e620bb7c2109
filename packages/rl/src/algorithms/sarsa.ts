// SARSA (Rummery & Niranjan 1994; Sutton & Barto 2018, eq. 6.7): Q(s, a) ← Q(s, a) + α(r + γ·Q(s′, a′) − Q(s, a)), a′ as the policy chooses.
import type { EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random, type RandomState } from "@agon/random";
import type { SafetensorsArray } from "@agon/tensor";
import type { Agent, TrainEvent, TrainOptions } from "../agent.ts";
import { arrayOf, packState, unpackState } from "../parts/checkpoint.ts";
import { argmax, argmaxRandomTies, linear, type Schedule } from "../parts/exploration.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { Session } from "../parts/session.ts";
import { decodeTable, encodeTable, needsTable } from "../parts/table-policy.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";

export interface SarsaOptions {
  readonly learningRate?: number;
  readonly discount?: number;
  readonly explorationStart?: number;
  readonly explorationEnd?: number;
  readonly explorationSteps?: number;
  readonly initialValue?: number;
  readonly seed?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  { key: "learningRate", default: 0.5, minimum: 0, maximum: 1, description: "Step size α of each update.", live: true },
  {
    key: "discount",
    default: 1,
    minimum: 0,
    maximum: 1,
    description: "γ: worth of the next step's value.",
    live: true,
  },
  { key: "explorationStart", default: 0.1, minimum: 0, maximum: 1, description: "Share ε of random actions at first." },
  { key: "explorationEnd", default: 0.1, minimum: 0, maximum: 1, description: "Share ε of random actions in the end." },
  { key: "explorationSteps", default: 1, minimum: 1, integer: true, description: "Steps from first to last ε." },
  {
    key: "initialValue",
    default: 0,
    description: "Value of every state and action at first; optimistic ones explore.",
  },
];

const tuned: Readonly<Record<string, SarsaOptions>> = {
  "FrozenLake-v1": {
    learningRate: 0.1,
    discount: 0.99,
    explorationStart: 1,
    explorationEnd: 0.01,
    explorationSteps: 300_000,
  },
  "FrozenLake8x8-v1": {
    learningRate: 0.1,
    discount: 0.999,
    explorationStart: 1,
    explorationEnd: 0.01,
    explorationSteps: 2_000_000,
  },
};

export class Sarsa implements Agent {
  readonly algorithm = "sarsa";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  /** Q(s, a). [states, actions] */
  readonly q: Float64Array;
  readonly states: number;
  readonly actions: number;
  private readonly session: Session;
  private readonly exploration: Schedule;
  private readonly random: Random;
  private readonly seed: number;
  /** The action already chosen for the current state; −1 at the start of an episode. */
  private chosen = -1;

  constructor(environment: EnvironmentDefinition, options: SarsaOptions = {}) {
    const reason = needsTable("SARSA", environment);
    if (reason || environment.observation.kind !== "discrete" || environment.action.kind !== "discrete")
      throw new Error(reason ?? "internal");
    this.environment = environment;
    this.options = resolveOptions("sarsa", optionSpecs, { ...options });
    this.states = environment.observation.n;
    this.actions = environment.action.n;
    this.q = new Float64Array(this.states * this.actions).fill(this.options.initialValue as number);
    const { explorationStart, explorationEnd, explorationSteps } = this.options;
    this.exploration = linear(explorationStart as number, explorationEnd as number, explorationSteps as number);
    this.seed = options.seed ?? 0;
    this.random = createRandom(this.seed).split("exploration");
    this.session = new Session(environment, this.seed);
  }

  get steps(): number {
    return this.session.steps;
  }

  act(observation: Float32Array): number {
    return argmax(this.q, observation[0] * this.actions, this.actions);
  }

  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session, q, actions } = this;
    const { learningRate, discount } = this.options as { learningRate: number; discount: number };
    for (const end = session.steps + steps; session.steps < end; ) {
      const state = session.observation[0];
      const action = this.chosen === -1 ? this.choose(state) : this.chosen;
      const reward = session.step(action);
      const next = session.nextObservation[0];
      const { terminated, truncated } = session.environment;
      const following = terminated ? -1 : this.choose(next);
      this.chosen = truncated ? -1 : following;
      const at = state * actions + action;
      const tdError = reward + (terminated ? 0 : discount * q[next * actions + following]) - q[at];
      q[at] += learningRate * tdError;
      session.recordUpdate(tdError * tdError);
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (every !== "episode")
        yield {
          type: "update",
          step: session.steps,
          update: session.updates,
          loss: tdError * tdError,
          figures: { epsilon: this.exploration(session.steps) },
        };
      if (episode) yield episode;
    }
  }

  /** ε-greedy: at random with probability ε, else the best, ties at random. */
  private choose(state: number): number {
    if (this.random.uniform() < this.exploration(this.session.steps)) return this.random.integer(this.actions);
    return argmaxRandomTies(this.q, state * this.actions, this.actions, this.random);
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  policy(): Uint8Array {
    return encodeTable(this.q, this.states);
  }

  loadPolicy(bytes: Uint8Array): void {
    decodeTable(bytes, this.q);
  }

  checkpoint(): Uint8Array {
    const { data, curve } = this.session.save();
    return packState({
      arrays: new Map<string, SafetensorsArray>([
        ["q", this.q],
        ["curve", curve],
      ]),
      data: { algorithm: this.algorithm, session: data, random: this.random.state(), chosen: this.chosen },
    });
  }

  restore(bytes: Uint8Array): void {
    const state = unpackState(bytes);
    const data = state.data as { algorithm: string; session: unknown; random: RandomState; chosen: number };
    if (data.algorithm !== this.algorithm)
      throw new Error(`restore: this checkpoint is of ${data.algorithm}, not ${this.algorithm}.`);
    this.q.set(arrayOf(state, "q") as Float64Array);
    this.session.load(state, data.session);
    this.random.restore(data.random);
    this.chosen = data.chosen;
  }

  curveHash(): Promise<string> {
    return this.session.curveHash({ q: this.q });
  }

  inspect(observation: Float32Array): { readonly actionValues: Float32Array; readonly value: number } {
    const start = observation[0] * this.actions;
    const actionValues = Float32Array.from(this.q.subarray(start, start + this.actions));
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

export const sarsa: AlgorithmSpec = {
  name: "sarsa",
  title: "SARSA",
  summary: "A table of action values, each moved towards reward plus the value of the action really taken next.",
  options: optionSpecs,
  tabular: true,
  fits: (environment) => needsTable("SARSA", environment),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new Sarsa(environment, options),
};

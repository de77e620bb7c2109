// SARSA(λ) with tile coding (Sutton & Barto 2018, §12.7, §9.5.4): Q(s, a) = Σ w over the tiles x of (s, a); with eligibility traces z
// δ = r + γ·Q(s′, a′) − Q(s, a), w ← w + α·δ·z, z ← γ·λ·z, and before it the tiles of (s, a) are marked in one of three ways:
// replacing z = 1 (Singh & Sutton 1996), accumulating z ← z + 1, and dutch z ← z + (1 − α·zᵀx)·x, which with
// w ← w + α(δ + Q − Q₋)·z − α(Q − Q₋)·x, Q₋ the value of (s, a) as it was a step ago, is true online SARSA(λ) (van Seijen et al. 2016; §12.8).
// α is `learningRate` shared among the grids. Traces below 10⁻⁶ are dropped; those of other actions in the same state are kept.
// What is no box is one tile for each state: then it is SARSA(λ) with a table.
import type { DiscreteSpace, EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import { NonFiniteError } from "@agon/tensor";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { AgentState, type Store } from "../parts/agent-state.ts";
import { argmax, argmaxRandomTies, linear, type Schedule } from "../parts/exploration.ts";
import { located } from "../parts/non-finite.ts";
import { changeOption, OptionError, resolveOptions } from "../parts/options.ts";
import { Session } from "../parts/session.ts";
import { needsActions, tablePolicy } from "../parts/table-policy.ts";
import { tdTarget } from "../parts/targets.ts";
import { needsTiles, TileCoder } from "../parts/tile-coding.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/sarsa-lambda.ts";

export interface SarsaLambdaOptions {
  readonly learningRate?: number;
  readonly discount?: number;
  readonly traceDecay?: number;
  readonly traces?: "replacing" | "accumulating" | "dutch";
  readonly tilings?: number;
  readonly tiles?: readonly number[];
  readonly reach?: number;
  readonly explorationStart?: number;
  readonly explorationEnd?: number;
  readonly explorationSteps?: number;
  readonly initialValue?: number;
  readonly seed?: number;
}

type Settings = Required<Omit<SarsaLambdaOptions, "seed">>;

const optionSpecs: readonly OptionSpec[] = [
  {
    key: "learningRate",
    default: 0.5,
    minimum: 0,
    maximum: 1,
    description: "Step size α of each update, shared among the grids.",
    live: true,
  },
  {
    key: "discount",
    default: 1,
    minimum: 0,
    maximum: 1,
    description: "γ: worth of the next step's value.",
    live: true,
  },
  {
    key: "traceDecay",
    default: 0.9,
    minimum: 0,
    maximum: 1,
    description: "λ: 0 learns one step at a time, 1 from whole returns.",
    live: true,
  },
  {
    key: "traces",
    default: "replacing",
    choices: ["replacing", "accumulating", "dutch"],
    description: "What a visit makes of the trace of a tile; dutch is true online SARSA(λ).",
  },
  { key: "tilings", default: 8, minimum: 1, maximum: 64, integer: true, description: "Grids laid over each other." },
  {
    key: "tiles",
    default: [8],
    description: "Tiles of each grid along the elements of the observation: one number for all, or one for each.",
  },
  {
    key: "reach",
    default: 3,
    minimum: 1e-6,
    description: "Elements without bounds are tiled within ± this; what lies beyond counts to the outermost tile.",
  },
  { key: "explorationStart", default: 0.1, minimum: 0, maximum: 1, description: "Share ε of random actions at first." },
  { key: "explorationEnd", default: 0.1, minimum: 0, maximum: 1, description: "Share ε of random actions in the end." },
  { key: "explorationSteps", default: 1, minimum: 1, integer: true, description: "Steps from first to last ε." },
  {
    key: "initialValue",
    default: 0,
    description: "Value of every observation and action at first; optimistic ones explore.",
  },
];

/** Traces below this are dropped. */
const FAINT = 1e-6;

export class SarsaLambda implements Agent {
  readonly algorithm = "sarsa-lambda";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly actions: number;
  /** Weight of each tile for each action. [actions, tiles] */
  readonly weights: Float64Array;
  private readonly settings: Settings;
  private readonly coder: TileCoder;
  private readonly session: Session;
  private readonly exploration: Schedule;
  private readonly random: Random;
  /** z, and where it is not 0. [actions, tiles] */
  private readonly traces: Float64Array;
  private readonly traced: number[] = [];
  /** The action already chosen for the current observation, −1 at the start of an episode; and Q₋ of true online SARSA(λ). */
  private readonly chosen = { action: -1, value: 0 };
  private readonly kept: AgentState;
  /** Tiles of the current and of the next observation, and of one that is only looked at. [active] */
  private readonly here: Int32Array;
  private readonly there: Int32Array;
  private readonly shown: Int32Array;
  /** Scratch. [actions] */
  private readonly values: Float64Array;

  constructor(environment: EnvironmentDefinition, { seed = 0, ...options }: SarsaLambdaOptions = {}) {
    this.environment = environment;
    this.options = resolveOptions(this.algorithm, optionSpecs, { ...options });
    this.settings = this.options as unknown as Settings;
    const misfit = needsActions(this.algorithm, environment);
    if (misfit !== null) throw new OptionError(misfit);
    const { explorationStart, explorationEnd, explorationSteps, initialValue } = this.settings;
    this.coder = new TileCoder(this.algorithm, environment, this.settings);
    const { size, active } = this.coder;
    this.actions = (environment.action as DiscreteSpace).n;
    this.weights = new Float64Array(this.actions * size).fill(initialValue / active);
    this.traces = new Float64Array(this.actions * size);
    [this.here, this.there, this.shown] = [new Int32Array(active), new Int32Array(active), new Int32Array(active)];
    this.values = new Float64Array(this.actions);
    this.exploration = linear(explorationStart, explorationEnd, explorationSteps);
    this.random = createRandom(seed).split("exploration");
    this.session = new Session(environment, seed);
    const { session, weights, random, chosen } = this;
    this.kept = new AgentState(this.algorithm, {
      session,
      policy: tablePolicy(weights, this.actions, "weights"),
      learned: { weights },
      rest: { random, chosen, traces: this.traceStore() },
    });
  }

  get steps(): number {
    return this.session.steps;
  }

  act(observation: Float32Array): number {
    this.coder.write(observation, this.shown);
    return argmax(this.valuesOf(this.shown));
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session, coder, here, there } = this;
    const { discount } = this.settings;
    try {
      for (const end = session.steps + steps; session.steps < end; ) {
        coder.write(session.observation, here);
        const action = this.chosen.action === -1 ? this.choose(here) : this.chosen.action;
        const reward = session.step(action);
        coder.write(session.nextObservation, there);
        const { terminated, truncated } = session.environment;
        const following = terminated ? -1 : this.choose(there);
        const nextValue = terminated ? 0 : this.value(there, following);
        const loss = this.learn(action, tdTarget(reward, terminated, discount, nextValue));
        Object.assign(this.chosen, { action: following, value: nextValue });
        if (terminated || truncated) this.forget();
        const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
        const episode = session.advance();
        if (stepEvent) yield stepEvent;
        if (every !== "episode") yield this.updateEvent(loss);
        if (episode) yield episode;
      }
    } catch (error) {
      throw located(error, this);
    }
  }

  /** Q(s, a). tiles: [active] */
  private value(tiles: Int32Array, action: number): number {
    const row = action * this.coder.size;
    let sum = 0;
    for (let k = 0; k < tiles.length; k++) sum += this.weights[row + tiles[k]];
    return sum;
  }

  /** Q(s, ·), in a buffer that the next call overwrites. [actions] */
  private valuesOf(tiles: Int32Array): Float64Array {
    for (let action = 0; action < this.actions; action++) this.values[action] = this.value(tiles, action);
    return this.values;
  }

  /** ε-greedy: at random with probability ε, else the best, ties at random. */
  private choose(tiles: Int32Array): number {
    if (this.random.uniform() < this.exploration(this.session.steps)) return this.random.integer(this.actions);
    return argmaxRandomTies(this.valuesOf(tiles), 0, this.actions, this.random);
  }

  /** One update of traces and weights for the action taken `here`; returns δ². If that is not finite, nothing is written. */
  private learn(action: number, target: number): number {
    const { here, weights, traces } = this;
    const { learningRate, discount, traceDecay, traces: kind } = this.settings;
    const value = this.value(here, action);
    const tdError = target - value;
    const loss = tdError * tdError;
    if (!Number.isFinite(loss))
      throw new NonFiniteError(`the squared TD error is ${loss}; nothing was written.`, "tdError");
    const rate = learningRate / this.coder.active;
    // Dutch weights move by what the value of (s, a) has changed by since it was the target; a first step has no such past.
    const change = kind === "dutch" && this.traced.length > 0 ? value - this.chosen.value : 0;
    this.mark(action, rate);
    for (const at of this.traced) weights[at] += rate * (tdError + change) * traces[at];
    if (change !== 0) for (const tile of here) weights[action * this.coder.size + tile] -= rate * change;
    this.fade(discount * traceDecay);
    this.session.recordUpdate(loss);
    return loss;
  }

  /** Marks the tiles of the action taken `here`. */
  private mark(action: number, rate: number): void {
    const { here, traces, traced } = this;
    const row = action * this.coder.size;
    const { traces: kind } = this.settings;
    let overlap = 0;
    for (const tile of here) overlap += traces[row + tile];
    for (const tile of here) {
      const at = row + tile;
      if (traces[at] === 0) traced.push(at);
      if (kind === "replacing") traces[at] = 1;
      else traces[at] += kind === "dutch" ? 1 - rate * overlap : 1;
    }
  }

  /** z ← decay·z. */
  private fade(decay: number): void {
    const { traces, traced } = this;
    let kept = 0;
    for (const at of traced) {
      traces[at] *= decay;
      if (Math.abs(traces[at]) < FAINT) traces[at] = 0;
      else traced[kept++] = at;
    }
    traced.length = kept;
  }

  /** An episode is over. */
  private forget(): void {
    this.fade(0);
    Object.assign(this.chosen, { action: -1, value: 0 });
  }

  private updateEvent(loss: number): UpdateEvent {
    const { steps, updates } = this.session;
    const figures = { epsilon: this.exploration(steps), traces: this.traced.length };
    return { type: "update", step: steps, update: updates, loss, figures };
  }

  private traceStore(): Store {
    return {
      save: () => ({ arrays: { values: this.traces } }),
      load: (_, array) => {
        this.traces.set(array("values") as Float64Array);
        this.traced.length = 0;
        for (let at = 0; at < this.traces.length; at++) if (this.traces[at] !== 0) this.traced.push(at);
      },
    };
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  policy = (): Uint8Array => this.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.kept.save(path);
  load = (path: string): Promise<void> => this.kept.load(path);
  checkpoint = (): Uint8Array => this.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.kept.restore(bytes);
  curveHash = (): Promise<string> => this.kept.curveHash();

  inspect(observation: Float32Array): { readonly actionValues: Float32Array; readonly value: number } {
    this.coder.write(observation, this.shown);
    const actionValues = Float32Array.from(this.valuesOf(this.shown));
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

export const sarsaLambda: AlgorithmSpec = {
  name: "sarsa-lambda",
  title: "SARSA(λ)",
  summary: "Action values as sums over tiles of several grids; traces spread each error over the steps before it.",
  options: optionSpecs,
  tabular: true,
  fits(environment) {
    const defaults = { tilings: 8, tiles: [8], reach: 3, ...tuned[environment.id] };
    return needsActions("SARSA(λ)", environment) ?? needsTiles("SARSA(λ)", environment, defaults);
  },
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new SarsaLambda(environment, options),
};

// A table of action values that learns in one environment: what the tabular algorithms share around the lines in which they differ.
import type { DiscreteSpace, EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import { NonFiniteError } from "@agon/tensor";
import type { UpdateEvent } from "../agent.ts";
import type { OptionSpec } from "../registry.ts";
import { AgentState, type Contents } from "./agent-state.ts";
import { argmax, argmaxRandomTies, linear, type Schedule } from "./exploration.ts";
import { OptionError, resolveOptions } from "./options.ts";
import { Session } from "./session.ts";
import { type BinOptions, binOptions, StateIndex } from "./state-index.ts";
import { needsTable, tablePolicy } from "./table-policy.ts";

export interface TableOptions extends BinOptions {
  readonly learningRate?: number;
  readonly discount?: number;
  readonly explorationStart?: number;
  readonly explorationEnd?: number;
  readonly explorationSteps?: number;
  readonly initialValue?: number;
  readonly seed?: number;
}

export const tableOptions: readonly OptionSpec[] = [
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
  ...binOptions,
];

/** What is learned towards: one value for each of some pairs of state and action. */
export interface Lesson {
  readonly state: number;
  readonly action: number;
  readonly target: number;
  /** Step size; default the option's. */
  readonly rate?: number;
}

interface Extension {
  readonly specs?: readonly OptionSpec[];
  readonly rest?: Contents["rest"];
}

export class ValueTable {
  /** Q(s, a). [states, actions] */
  readonly q: Float64Array;
  readonly states: number;
  readonly actions: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly session: Session;
  readonly kept: AgentState;
  private readonly algorithm: string;
  private readonly settings: Required<Omit<TableOptions, "seed">>;
  private readonly index: StateIndex;
  private readonly exploration: Schedule;
  private readonly random: Random;

  /** `specs` where the algorithm has options beside `tableOptions`; `rest`: what else than the table it must keep. */
  constructor(
    algorithm: string,
    environment: EnvironmentDefinition,
    { seed = 0, specs = tableOptions, rest = {}, ...options }: TableOptions & Extension,
  ) {
    this.algorithm = algorithm;
    this.options = resolveOptions(algorithm, specs, { ...options });
    this.settings = this.options as unknown as ValueTable["settings"];
    const misfit = needsTable(algorithm, environment, this.settings);
    if (misfit !== null) throw new OptionError(misfit);
    const { initialValue, explorationStart, explorationEnd, explorationSteps } = this.settings;
    this.index = new StateIndex(algorithm, environment, this.settings);
    this.states = this.index.states;
    this.actions = (environment.action as DiscreteSpace).n;
    this.q = new Float64Array(this.states * this.actions).fill(initialValue);
    this.exploration = linear(explorationStart, explorationEnd, explorationSteps);
    this.random = createRandom(seed).split("exploration");
    this.session = new Session(environment, seed);
    const { session, q, random } = this;
    const policy = tablePolicy(q, this.states);
    this.kept = new AgentState(algorithm, { session, policy, learned: { q }, rest: { random, ...rest } });
  }

  /** The number of the state that is observed. */
  stateOf(observation: ArrayLike<number>): number {
    return this.index.of(observation);
  }

  /** Action of the largest value, the first of equals. */
  greedy(state: number): number {
    return argmax(this.q, state * this.actions, this.actions);
  }

  /** ε-greedy: at random with probability ε, else the best, ties at random. */
  choose(state: number): number {
    this.refuseNonFinite(state);
    if (this.random.uniform() < this.exploration(this.session.steps)) return this.explore();
    return argmaxRandomTies(this.q, state * this.actions, this.actions, this.random);
  }

  /** Throws where a value of this state is NaN or infinite, also where exploring would not look at it. */
  private refuseNonFinite(state: number): void {
    for (let action = 0; action < this.actions; action++) {
      const value = this.value(state, action);
      if (!Number.isFinite(value))
        throw new NonFiniteError(
          `${this.algorithm}, step ${this.session.steps}: the value of state ${state}, action ${action} is ${value}; no action can be chosen.`,
          "choose",
        );
    }
  }

  /** Any action, each as likely. */
  explore(): number {
    return this.random.integer(this.actions);
  }

  value(state: number, action: number): number {
    return this.q[state * this.actions + action];
  }

  /** Q(s, a) ← Q(s, a) + α·(target − Q(s, a)); returns the squared error. An error that is not finite stops here, nothing written. */
  learn(state: number, action: number, target: number, rate: number = this.settings.learningRate): number {
    const at = state * this.actions + action;
    const tdError = target - this.q[at];
    const loss = tdError * tdError;
    if (!Number.isFinite(loss)) throw this.notFinite(loss, state, action);
    this.q[at] += rate * tdError;
    this.session.recordUpdate(loss);
    return loss;
  }

  /** The same one after the other; returns the mean. If the error of any is not finite, nothing is written. */
  learnAll(lessons: readonly Lesson[]): number {
    for (const { state, action, target } of lessons) {
      const tdError = target - this.value(state, action);
      if (!Number.isFinite(tdError * tdError)) throw this.notFinite(tdError * tdError, state, action);
    }
    let sum = 0;
    for (const { state, action, target, rate } of lessons) sum += this.learn(state, action, target, rate);
    return sum / lessons.length;
  }

  private notFinite(loss: number, state: number, action: number): NonFiniteError {
    const message = `${this.algorithm}, step ${this.session.steps}: the squared TD error is ${loss} at state ${state}, action ${action}; nothing was written.`;
    return new NonFiniteError(message, "tdError");
  }

  updateEvent(loss: number): UpdateEvent {
    const { steps, updates } = this.session;
    return { type: "update", step: steps, update: updates, loss, figures: { epsilon: this.exploration(steps) } };
  }

  inspect(observation: ArrayLike<number>): { readonly actionValues: Float32Array; readonly value: number } {
    const start = this.stateOf(observation) * this.actions;
    const actionValues = Float32Array.from(this.q.subarray(start, start + this.actions));
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

// A table of action values that learns in one environment: what Q-learning and SARSA share around the line in which they differ.
import type { EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import { NonFiniteError } from "@agon/tensor";
import type { UpdateEvent } from "../agent.ts";
import type { OptionSpec } from "../registry.ts";
import { AgentState, type Contents } from "./agent-state.ts";
import { argmax, argmaxRandomTies, linear, type Schedule } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { Session } from "./session.ts";
import { needsTable, tablePolicy } from "./table-policy.ts";

export interface TableOptions {
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
];

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
  private readonly exploration: Schedule;
  private readonly random: Random;

  /** `rest`: what else than the table the algorithm must keep. */
  constructor(
    algorithm: string,
    environment: EnvironmentDefinition,
    { seed = 0, rest = {}, ...options }: TableOptions & { readonly rest?: Contents["rest"] },
  ) {
    const { observation, action } = environment;
    if (observation.kind !== "discrete" || action.kind !== "discrete")
      throw new Error(needsTable(algorithm, environment) ?? "internal");
    this.algorithm = algorithm;
    this.options = resolveOptions(algorithm, tableOptions, { ...options });
    this.settings = this.options as unknown as ValueTable["settings"];
    const { initialValue, explorationStart, explorationEnd, explorationSteps } = this.settings;
    this.states = observation.n;
    this.actions = action.n;
    this.q = new Float64Array(this.states * this.actions).fill(initialValue);
    this.exploration = linear(explorationStart, explorationEnd, explorationSteps);
    this.random = createRandom(seed).split("exploration");
    this.session = new Session(environment, seed);
    const { session, q, random } = this;
    const policy = tablePolicy(q, this.states);
    this.kept = new AgentState(algorithm, { session, policy, learned: { q }, rest: { random, ...rest } });
  }

  /** Action of the largest value, the first of equals. */
  greedy(state: number): number {
    return argmax(this.q, state * this.actions, this.actions);
  }

  /** ε-greedy: at random with probability ε, else the best, ties at random. */
  choose(state: number): number {
    if (this.random.uniform() < this.exploration(this.session.steps)) return this.random.integer(this.actions);
    return argmaxRandomTies(this.q, state * this.actions, this.actions, this.random);
  }

  value(state: number, action: number): number {
    return this.q[state * this.actions + action];
  }

  /** Q(s, a) ← Q(s, a) + α·(target − Q(s, a)); returns the squared error. An error that is not finite stops here, nothing written. */
  learn(state: number, action: number, target: number): number {
    const at = state * this.actions + action;
    const tdError = target - this.q[at];
    const loss = tdError * tdError;
    if (!Number.isFinite(loss))
      throw new NonFiniteError(
        `${this.algorithm}, step ${this.session.steps}: the squared TD error is ${loss} at state ${state}, action ${action}; nothing was written.`,
        "tdError",
      );
    this.q[at] += this.settings.learningRate * tdError;
    this.session.recordUpdate(loss);
    return loss;
  }

  updateEvent(loss: number): UpdateEvent {
    const { steps, updates } = this.session;
    return { type: "update", step: steps, update: updates, loss, figures: { epsilon: this.exploration(steps) } };
  }

  inspect(state: number): { readonly actionValues: Float32Array; readonly value: number } {
    const start = state * this.actions;
    const actionValues = Float32Array.from(this.q.subarray(start, start + this.actions));
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

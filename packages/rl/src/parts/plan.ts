// Action values computed from the environment's own model, and a life in the environment that shows what they are worth.
import type { EnvironmentDefinition, TransitionTable } from "@agon/env";
import { NonFiniteError } from "@agon/tensor";
import type { TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import type { OptionSpec } from "../registry.ts";
import { AgentState } from "./agent-state.ts";
import { argmax } from "./exploration.ts";
import { located } from "./non-finite.ts";
import { OptionError, resolveOptions } from "./options.ts";
import { Session } from "./session.ts";
import { tablePolicy } from "./table-policy.ts";

export interface PlanOptions {
  readonly discount?: number;
  readonly tolerance?: number;
  /** Of the environment that is played; planning draws nothing. */
  readonly seed?: number;
}

export const planOptions: readonly OptionSpec[] = [
  {
    key: "discount",
    default: 0.999,
    minimum: 0,
    maximum: 0.999999,
    description: "γ: worth of the next step's value; below 1, so that what never ends has a value.",
    live: true,
  },
  {
    key: "tolerance",
    default: 1e-10,
    minimum: 1e-14,
    maximum: 1,
    description: "Values stand still once an update changes none by more than this.",
  },
];

/** Null where the environment tells its model, else the reason. */
export const needsModel = (algorithm: string, { id, table }: EnvironmentDefinition): string | null =>
  table ? null : `${algorithm} plans with the environment's model; ${id} has no table of transitions.`;

/** One update of a planner: writes the new action values, [states, actions], given the old ones; more figures than the residual by name. */
export type Improve = (out: Float64Array) => Readonly<Record<string, number>>;

export class Plan {
  /** Q(s, a). [states, actions] */
  readonly q: Float64Array;
  readonly table: TransitionTable;
  readonly options: Readonly<Record<string, unknown>>;
  readonly session: Session;
  readonly kept: AgentState;
  private readonly algorithm: string;
  private readonly settings: Required<Omit<PlanOptions, "seed">>;
  private readonly scratch: Float64Array;
  /** The discount for which the values stand still; none yet: −1. */
  private readonly settled = { discount: -1 };

  constructor(algorithm: string, environment: EnvironmentDefinition, { seed = 0, ...options }: PlanOptions) {
    this.algorithm = algorithm;
    this.options = resolveOptions(algorithm, planOptions, { ...options });
    this.settings = this.options as unknown as Plan["settings"];
    const misfit = needsModel(algorithm, environment);
    if (misfit !== null) throw new OptionError(misfit);
    this.table = (environment.table as () => TransitionTable)();
    this.q = new Float64Array(this.table.states * this.table.actions);
    this.scratch = new Float64Array(this.q.length);
    this.session = new Session(environment, seed);
    const { session, q, settled } = this;
    const policy = tablePolicy(q, this.table.states);
    this.kept = new AgentState(algorithm, { session, policy, learned: { q }, rest: { settled } });
  }

  /** Action of the largest value, the first of equals. */
  greedy(state: number): number {
    return argmax(this.q, state * this.table.actions, this.table.actions);
  }

  /** V(s) = maxₐ Q(s, a). [states] */
  values(): Float64Array {
    const { states, actions } = this.table;
    return Float64Array.from({ length: states }, (_, state) => this.q[state * actions + this.greedy(state)]);
  }

  /** Until values stand still one update for each step in the environment; the steps teach nothing, they are the greedy policy at play. */
  async *train({ steps, every = "episode" }: TrainOptions, improve: Improve): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session } = this;
    try {
      for (const end = session.steps + steps; session.steps < end; ) {
        const action = this.greedy(session.observation[0]);
        const reward = session.step(action);
        const update = this.settled.discount === this.settings.discount ? null : this.update(improve);
        const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
        const episode = session.advance();
        if (stepEvent) yield stepEvent;
        if (update && every !== "episode") yield update;
        if (episode) yield episode;
      }
    } catch (error) {
      throw located(error, { algorithm: this.algorithm, steps: session.steps });
    }
  }

  /** The loss is the largest change of a state's value. If a value is not finite, nothing is written. */
  private update(improve: Improve): UpdateEvent {
    const { session, scratch } = this;
    const before = this.values();
    const figures = improve(scratch);
    const at = scratch.findIndex((value) => !Number.isFinite(value));
    if (at !== -1) throw this.notFinite(at);
    this.q.set(scratch);
    const after = this.values();
    const loss = after.reduce((most, value, state) => Math.max(most, Math.abs(value - before[state])), 0);
    if (loss <= this.settings.tolerance) this.settled.discount = this.settings.discount;
    session.recordUpdate(loss);
    return { type: "update", step: session.steps, update: session.updates, loss, figures };
  }

  private notFinite(at: number): NonFiniteError {
    const [state, action] = [Math.floor(at / this.table.actions), at % this.table.actions];
    const message = `the value of state ${state}, action ${action} is ${this.scratch[at]}; nothing was written.`;
    return new NonFiniteError(message, "backup");
  }

  inspect(observation: ArrayLike<number>): { readonly actionValues: Float32Array; readonly value: number } {
    const start = observation[0] * this.table.actions;
    const actionValues = Float32Array.from(this.q.subarray(start, start + this.table.actions));
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

// A running environment from a definition: seeding, time limit, and the checks of the contract.
import type { Random } from "@agon/random";
import type { Action, Environment, EnvironmentDefinition, Snapshot, StepResult } from "./environment.ts";
import { EnvironmentError, NonFiniteValueError } from "./errors.ts";
import { type Space, seededRandom } from "./spaces.ts";

/** A definition with its state type inferred; checked for what can be seen at once. */
export const defineEnvironment = <State>(definition: EnvironmentDefinition<State>): EnvironmentDefinition<State> => {
  const { id, maxSteps } = definition;
  if (maxSteps !== undefined && (!Number.isInteger(maxSteps) || maxSteps < 1))
    throw new Error(`defineEnvironment: maxSteps of "${id}" is ${maxSteps}; expected a positive whole number.`);
  return definition;
};

/** Starts a running environment; it keeps a random stream of its own, seeded through `reset({ seed })`. */
export const make = (definition: EnvironmentDefinition): Environment => new RunningEnvironment(definition);

class RunningEnvironment implements Environment {
  readonly definition: EnvironmentDefinition;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  state: unknown = undefined;
  terminated = false;
  truncated = false;
  private random: Random = seededRandom(0);
  /** Steps since the reset; −1 before the first. */
  private steps = -1;
  private info: Readonly<Record<string, unknown>> = {};

  constructor(definition: EnvironmentDefinition) {
    this.definition = definition;
    this.observationSpace = definition.observation;
    this.actionSpace = definition.action;
  }

  get id(): string {
    return this.definition.id;
  }

  reset({ seed }: { readonly seed?: number } = {}): ReturnType<Environment["reset"]> {
    if (seed !== undefined) this.random = seededRandom(seed);
    this.state = this.definition.reset(this.random);
    this.steps = 0;
    this.terminated = false;
    this.truncated = false;
    const observation = new Float32Array(this.observationSpace.size);
    this.observe(observation);
    return { observation, info: {} };
  }

  step(action: Action): StepResult {
    const observation = new Float32Array(this.observationSpace.size);
    const reward = this.stepInto(action, observation);
    return { observation, reward, terminated: this.terminated, truncated: this.truncated, info: this.info };
  }

  stepInto(action: Action, out: Float32Array): number {
    this.checkOrder();
    if (!this.actionSpace.contains(action))
      throw new EnvironmentError(
        `Environment "${this.id}": action ${String(action)} is outside ${describe(this.actionSpace)}.`,
      );
    const {
      state,
      reward,
      terminated,
      truncated = false,
      info = {},
    } = this.definition.step(this.state, action, this.random);
    this.state = state;
    this.steps++;
    this.terminated = terminated;
    this.truncated = truncated || this.steps >= (this.definition.maxSteps ?? Infinity);
    this.info = info;
    this.observe(out);
    if (!Number.isFinite(reward)) throw new NonFiniteValueError(this.id, "the reward", this.steps);
    return reward;
  }

  private checkOrder(): void {
    if (this.steps === -1)
      throw new EnvironmentError(`Environment "${this.id}": step before the first reset; call reset() first.`);
    if (this.terminated || this.truncated)
      throw new EnvironmentError(`Environment "${this.id}": step after the end of the episode; call reset() first.`);
  }

  private observe(out: Float32Array): void {
    this.definition.observe(this.state, out);
    // A sum of finite numbers that overflows no float64 is finite; one NaN or infinity makes it NaN or infinite.
    let sum = 0;
    for (const value of out) sum += value;
    if (!Number.isFinite(sum)) throw new NonFiniteValueError(this.id, "the observation", this.steps);
  }

  snapshot(): Snapshot {
    return { state: structuredClone(this.state), random: this.random.state(), steps: this.steps };
  }

  restore({ state, random, steps }: Snapshot): void {
    this.state = structuredClone(state);
    this.random.restore(random);
    this.steps = steps;
    this.terminated = false;
    this.truncated = false;
  }

  close(): void {}
}

const describe = (space: Space): string =>
  space.kind === "discrete"
    ? `{${space.start}, …, ${space.start + space.n - 1}}`
    : `a box of shape [${space.shape.join(", ")}] (as a Float32Array)`;

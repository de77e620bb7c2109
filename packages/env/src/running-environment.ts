// The stateful shell that `make` puts around a definition: order, action checks, time limit, statistics, snapshots.
import type { Random } from "@agon/random";
import type { Action, Environment, EnvironmentDefinition, ResetOptions, Snapshot, StepResult } from "./environment.ts";
import { NonFiniteError } from "./errors.ts";
import { checkRequest } from "./reset-request.ts";
import { defaultSeed, seededStream } from "./seeding.ts";
import { show } from "./show.ts";
import type { ActionSpace, Space } from "./spaces.ts";

type Info = Readonly<Record<string, unknown>>;

const noInfo: Info = Object.freeze({});

export class RunningEnvironment<State> implements Environment {
  readonly definition: EnvironmentDefinition;
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: ActionSpace;
  terminated = false;
  truncated = false;
  episodeReturn = 0;
  episodeLength = 0;
  readonly #rules: EnvironmentDefinition<State>;
  readonly #limit: number;
  #random: Random | undefined;
  #state: State | undefined;
  #started = false;
  #closed = false;
  #info: Info = noInfo;

  constructor(rules: EnvironmentDefinition<State>) {
    this.#rules = rules;
    this.#limit = rules.maxSteps ?? Infinity;
    this.definition = rules as EnvironmentDefinition;
    this.id = rules.id;
    this.observationSpace = rules.observation;
    this.actionSpace = rules.action;
  }

  get state(): unknown {
    return this.#state;
  }

  reset(request: { seed?: number; options?: ResetOptions } = {}): { observation: Float32Array; info: Info } {
    checkRequest(this.id, request, ["seed", "options"]);
    const { seed, options } = request;
    if (this.#closed) throw new Error(`${this.id}: reset after close(); make a new environment.`);
    if (seed !== undefined) this.#random = seededStream(seed);
    this.#random ??= seededStream(defaultSeed);
    this.#state = this.#rules.reset(this.#random, options);
    this.#started = true;
    this.terminated = false;
    this.truncated = false;
    this.episodeReturn = 0;
    this.episodeLength = 0;
    return { observation: this.#observe(new Float32Array(this.observationSpace.size)), info: this.#infoOfState() };
  }

  step(action: Action): StepResult {
    const observation = new Float32Array(this.observationSpace.size);
    const reward = this.stepInto(action, observation);
    const { terminated, truncated, episodeReturn, episodeLength } = this;
    const about = this.#rules.info ? { ...this.#info, ...this.#infoOfState() } : this.#info;
    const info =
      terminated || truncated ? { ...about, episode: { return: episodeReturn, length: episodeLength } } : about;
    return { observation, reward, terminated, truncated, info };
  }

  stepInto(action: Action, out: Float32Array): number {
    this.#checkStep(action);
    const transition = this.#rules.step(this.#state as State, action, this.#random as Random);
    const { state, reward, terminated, truncated = false, info = noInfo } = transition;
    const step = this.episodeLength + 1;
    if (!Number.isFinite(reward)) {
      throw new NonFiniteError({ environment: this.id, step, what: "reward", value: reward });
    }
    this.#state = state;
    this.#info = info;
    this.episodeLength = step;
    this.episodeReturn += reward;
    this.terminated = terminated;
    this.truncated = truncated || step >= this.#limit;
    this.#observe(out);
    return reward;
  }

  snapshot(): Snapshot {
    if (!this.#started || !this.#random)
      throw new Error(`${this.id}: snapshot before the first reset(); there is no state.`);
    const { terminated, truncated, episodeReturn, episodeLength } = this;
    return {
      state: this.#state,
      random: this.#random.state(),
      steps: episodeLength,
      episodeReturn,
      terminated,
      truncated,
    };
  }

  restore(snapshot: Snapshot): void {
    if (typeof snapshot !== "object" || snapshot === null || !("state" in snapshot && "random" in snapshot))
      throw new TypeError(`${this.id}: restore takes what snapshot() gave; got ${show(snapshot)}.`);
    this.#random ??= seededStream(defaultSeed);
    this.#random.restore(snapshot.random);
    this.#state = snapshot.state as State;
    this.#started = true;
    this.#info = noInfo;
    this.terminated = snapshot.terminated;
    this.truncated = snapshot.truncated;
    this.episodeReturn = snapshot.episodeReturn;
    this.episodeLength = snapshot.steps;
  }

  close(): void {
    this.#closed = true;
  }

  #infoOfState(): Info {
    return this.#rules.info?.(this.#state as State) ?? noInfo;
  }

  #checkStep(action: Action): void {
    if (this.#closed) throw new Error(`${this.id}: step after close(); make a new environment.`);
    if (!this.#started)
      throw new Error(`${this.id}: step before the first reset(); call reset({ seed }) to start an episode.`);
    if (this.terminated || this.truncated) {
      const how = this.terminated ? "terminated" : "was truncated";
      throw new Error(
        `${this.id}: the episode ${how} at step ${this.episodeLength}; call reset() before the next step.`,
      );
    }
    this.#checkAction(action);
  }

  /** Writes the observation; its sum is finite exactly if every element is (float32 elements cannot overflow a float64 sum). */
  #observe(out: Float32Array): Float32Array {
    if (out.length !== this.observationSpace.size) {
      throw new RangeError(
        `${this.id}: observations have ${this.observationSpace.size} elements; the buffer has ${out.length}.`,
      );
    }
    this.#rules.observe(this.#state as State, out);
    let sum = 0;
    for (let i = 0; i < out.length; i++) sum += out[i];
    if (!Number.isFinite(sum)) {
      const value = out.find((element) => !Number.isFinite(element)) as number;
      throw new NonFiniteError({ environment: this.id, step: this.episodeLength, what: "observation", value });
    }
    return out;
  }

  /** A discrete action must be in its space; a box's action must have its size and be finite: bounds are the environment's to clip, as in Gymnasium. */
  #checkAction(action: Action): void {
    const { id, actionSpace: space } = this;
    if (space.kind === "discrete") {
      if (space.contains(action)) return;
    } else if (ArrayBuffer.isView(action) && action.length === space.size && action.every(Number.isFinite)) return;
    const value = ArrayBuffer.isView(action) ? action.find((element) => !Number.isFinite(element)) : action;
    if (typeof value === "number" && !Number.isFinite(value))
      throw new NonFiniteError({ environment: id, step: this.episodeLength + 1, what: "action", value });
    const wanted = space.kind === "discrete" ? "" : `; it takes a Float32Array of ${space.size} finite numbers`;
    throw new RangeError(`${id}: action ${show(action)} does not fit ${space}${wanted}.`);
  }
}

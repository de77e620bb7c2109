// One environment being lived through: where the agent stands, what it has counted, and the curve of its run.
import { type Action, type Environment, type EnvironmentDefinition, make, type Snapshot } from "@agon/env";
import { type CurveRecorder, createCurveRecorder } from "@agon/runs";
import { NonFiniteError } from "@agon/tensor";
import type { EpisodeEvent, StepEvent } from "../agent.ts";
import { type AgentState, arrayOf } from "./checkpoint.ts";

interface Saved {
  readonly snapshot: Snapshot | null;
  readonly counts: readonly [
    steps: number,
    episodes: number,
    episodeReturn: number,
    episodeLength: number,
    updates: number,
  ];
  readonly observation: readonly number[];
}

/** Composition, not a base class: algorithms that act one step at a time each have one. */
export class Session {
  readonly environment: Environment;
  /** What the agent sees now. */
  readonly observation: Float32Array;
  /** What the last step led to; the last observation of its episode where that ended. */
  readonly nextObservation: Float32Array;
  steps = 0;
  episodes = 0;
  updates = 0;
  private episodeReturn = 0;
  private episodeLength = 0;
  private readonly seed: number;
  private started = false;
  private curve: CurveRecorder | null = null;
  private savedCurve: Uint8Array | undefined;

  constructor(definition: EnvironmentDefinition, seed: number) {
    this.environment = make(definition);
    this.seed = seed;
    this.observation = new Float32Array(definition.observation.size);
    this.nextObservation = new Float32Array(definition.observation.size);
  }

  /** Before the first step of a call of `train`. */
  async open(): Promise<void> {
    this.curve ??= await createCurveRecorder(this.savedCurve);
    if (this.started) return;
    this.observation.set(this.environment.reset({ seed: this.seed }).observation);
    this.started = true;
  }

  /** Takes an action; the reward is returned, `nextObservation` and the environment's flags tell the rest. */
  step(action: Action): number {
    const reward = this.environment.stepInto(action, this.nextObservation);
    this.steps++;
    this.episodeReturn += reward;
    this.episodeLength++;
    return reward;
  }

  /** Goes on to the next observation, or to the first one of a new episode; the event of the episode that ended, if one did. */
  advance(): EpisodeEvent | null {
    if (!this.environment.terminated && !this.environment.truncated) {
      this.observation.set(this.nextObservation);
      return null;
    }
    this.episodes++;
    const event: EpisodeEvent = {
      type: "episode",
      step: this.steps,
      episode: this.episodes,
      return: this.episodeReturn,
      length: this.episodeLength,
    };
    this.curve?.episode(this.steps, this.episodeReturn, this.episodeLength);
    this.episodeReturn = 0;
    this.episodeLength = 0;
    this.observation.set(this.environment.reset().observation);
    return event;
  }

  stepEvent(action: Action, reward: number): StepEvent {
    const { terminated, truncated, state } = this.environment;
    return {
      type: "step",
      step: this.steps,
      observation: this.nextObservation,
      action,
      reward,
      terminated,
      truncated,
      state,
    };
  }

  /** Notes an update in the curve; a loss that is not finite ends training. */
  recordUpdate(loss: number): void {
    if (!Number.isFinite(loss))
      throw new NonFiniteError(`The loss of update ${this.updates + 1} is ${loss}; every loss must be finite.`, "loss");
    this.updates++;
    this.curve?.update(this.steps, loss);
  }

  async curveHash(parameters: Readonly<Record<string, Float32Array | Float64Array>>): Promise<string> {
    const curve = this.curve ?? (await createCurveRecorder(this.savedCurve));
    return curve.digest(parameters);
  }

  save(): { readonly data: Saved; readonly curve: Uint8Array } {
    return {
      data: {
        snapshot: this.started ? this.environment.snapshot() : null,
        counts: [this.steps, this.episodes, this.episodeReturn, this.episodeLength, this.updates],
        observation: [...this.observation],
      },
      curve: this.curve?.state() ?? this.savedCurve ?? new Uint8Array(0),
    };
  }

  load(state: AgentState, saved: unknown): void {
    const { snapshot, counts, observation } = saved as Saved;
    [this.steps, this.episodes, this.episodeReturn, this.episodeLength, this.updates] = counts;
    this.observation.set(observation);
    this.started = snapshot !== null;
    if (snapshot) this.environment.restore(snapshot);
    const curve = arrayOf(state, "curve") as Uint8Array;
    this.savedCurve = curve.length > 0 ? curve : undefined;
    this.curve = null;
  }
}

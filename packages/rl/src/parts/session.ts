// One environment being lived through: where the agent stands, what it has counted, and the curve of its run.
import { type Action, type Environment, type EnvironmentDefinition, make, type Snapshot } from "@agon/env";
import type { CurveParameters } from "@agon/runs";
import type { EpisodeEvent, StepEvent, UpdateEvent } from "../agent.ts";
import type { SafetensorsArray } from "@agon/tensor";
import { Curve } from "./curve.ts";

interface Life {
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
  private readonly curve = new Curve();

  constructor(definition: EnvironmentDefinition, seed: number) {
    this.environment = make(definition);
    this.seed = seed;
    this.observation = new Float32Array(definition.observation.size);
    this.nextObservation = new Float32Array(definition.observation.size);
  }

  /** Before the first step of a call of `train`. */
  async open(): Promise<void> {
    await this.curve.open();
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
    this.curve.episode(event);
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

  /** Notes an update in the curve. */
  recordUpdate(loss: number): void {
    this.updates++;
    this.curve.update(this.steps, loss);
  }

  /** Notes an update in the curve; its event. */
  updated(loss: number, figures: UpdateEvent["figures"]): UpdateEvent {
    this.recordUpdate(loss);
    return { type: "update", step: this.steps, update: this.updates, loss, figures };
  }

  curveHash(parameters: CurveParameters): Promise<string> {
    return this.curve.hash(parameters);
  }

  save(): { readonly data: Life; readonly arrays: { readonly curve: Uint8Array } } {
    return {
      data: {
        snapshot: this.started ? this.environment.snapshot() : null,
        counts: [this.steps, this.episodes, this.episodeReturn, this.episodeLength, this.updates],
        observation: [...this.observation],
      },
      arrays: { curve: this.curve.save() },
    };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    const { snapshot, counts, observation } = saved as Life;
    [this.steps, this.episodes, this.episodeReturn, this.episodeLength, this.updates] = counts;
    this.observation.set(observation);
    this.started = snapshot !== null;
    if (snapshot) this.environment.restore(snapshot);
    this.curve.load(array("curve") as Uint8Array);
  }
}

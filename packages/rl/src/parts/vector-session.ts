// Several environments lived through in step with each other: what the agent has counted, and the curve of its run.
import { type EnvironmentDefinition, makeVector, type Snapshot, type VectorEnvironment } from "@agon/env";
import type { CurveParameters } from "@agon/runs";
import type { EpisodeEvent, StepEvent, UpdateEvent } from "../agent.ts";
import type { SafetensorsArray } from "@agon/tensor";
import { Curve } from "./curve.ts";

interface Life {
  readonly snapshots: readonly Snapshot[] | null;
  readonly counts: readonly [steps: number, episodes: number, updates: number];
  readonly events: readonly EpisodeEvent[];
}

/** What Session is for one environment, for agents that step many: composition, not a base class. */
export class VectorSession {
  readonly environments: VectorEnvironment;
  /** Steps of all environments together. */
  steps = 0;
  episodes = 0;
  updates = 0;
  /** Episodes that have ended and were not told yet: several can end in one step, and `break` may come between their events. */
  readonly events: EpisodeEvent[] = [];
  private readonly seed: number;
  private started = false;
  private readonly curve = new Curve();

  /** Seeds of different agents give different episodes in every lane. */
  constructor(definition: EnvironmentDefinition, count: number, seed: number) {
    this.environments = makeVector(definition, count, { autoreset: "same-step" });
    this.seed = seed * count;
  }

  /** Before the first step of a call of `train`. */
  async open(): Promise<void> {
    await this.curve.open();
    if (this.started) return;
    this.environments.reset({ seed: this.seed });
    this.started = true;
  }

  /** Takes one action in each environment; those whose episode ended have already begun the next one. */
  step(actions: Int32Array | Float32Array): void {
    const { environments } = this;
    environments.step(actions);
    this.steps += environments.count;
    for (let lane = 0; lane < environments.count; lane++) {
      if (environments.terminated[lane] === 0 && environments.truncated[lane] === 0) continue;
      this.episodes++;
      const event: EpisodeEvent = {
        type: "episode",
        step: this.steps,
        episode: this.episodes,
        return: environments.episodeReturns[lane],
        length: environments.episodeLengths[lane],
      };
      this.curve.episode(event);
      this.events.push(event);
    }
  }

  /** What the first environment did; of an episode that has ended the last observation, and the state that the next one begins in. */
  stepEvent(actions: Int32Array | Float32Array): StepEvent {
    const { environments, steps } = this;
    const { singleObservationSpace, singleActionSpace, rewards, terminated, truncated } = environments;
    const ended = terminated[0] === 1 || truncated[0] === 1;
    return {
      type: "step",
      step: steps,
      observation: (ended ? environments.finalObservations : environments.observations).subarray(
        0,
        singleObservationSpace.size,
      ),
      action: actions instanceof Int32Array ? actions[0] : actions.subarray(0, singleActionSpace.size),
      reward: rewards[0],
      terminated: terminated[0] === 1,
      truncated: truncated[0] === 1,
      state: environments.state(0),
    };
  }

  /** Notes an update in the curve; its event. */
  updated(loss: number, figures: UpdateEvent["figures"]): UpdateEvent {
    this.updates++;
    this.curve.update(this.steps, loss);
    return { type: "update", step: this.steps, update: this.updates, loss, figures };
  }

  curveHash(parameters: CurveParameters): Promise<string> {
    return this.curve.hash(parameters);
  }

  save(): { readonly data: Life; readonly arrays: { readonly curve: Uint8Array } } {
    return {
      data: {
        snapshots: this.started ? this.environments.snapshot() : null,
        counts: [this.steps, this.episodes, this.updates],
        events: [...this.events],
      },
      arrays: { curve: this.curve.save() },
    };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    const { snapshots, counts, events } = saved as Life;
    [this.steps, this.episodes, this.updates] = counts;
    this.events.splice(0, this.events.length, ...events);
    this.started = snapshots !== null;
    if (snapshots) this.environments.restore(snapshots);
    this.curve.load(array("curve") as Uint8Array);
  }
}

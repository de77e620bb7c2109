// The loop of agents that learn from replay: a step, kept for later, and then the updates that are owed for it.
import type { Action, EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import type { Agent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import type { Contents } from "./agent-state.ts";
import type { Features } from "./features.ts";
import { located } from "./non-finite.ts";
import { type Batch, type Reach, ReplayBuffer } from "./replay.ts";
import { Session } from "./session.ts";

/** When there are updates, in steps. */
interface Rhythm {
  readonly learningStarts: number;
  readonly trainInterval: number;
  readonly updatesPerTrain: number;
}

/** What the agent does next. */
export interface Choice {
  readonly action: Action;
  /** The action as it is learned from, where that is another form of it. */
  readonly kept?: Float32Array;
  /** Whether exploration chose another action than the greedy one; see Reach. */
  readonly explored?: boolean;
}

interface Learner {
  choose(): Choice;
  /** After a step was taken and kept. */
  stepped?(): void;
  learn(): UpdateEvent;
}

/** Composition, not a base class: DQN, DDPG, TD3 and SAC each have one. */
export class ReplayLoop {
  readonly session: Session;
  readonly replay: ReplayBuffer;
  /** Which transitions are replayed. */
  readonly sampling: Random;
  /** Updates owed for the steps taken. */
  readonly counts: { owed: number } = { owed: 0 };
  private readonly seen: Features;
  private readonly features: Float32Array;
  private readonly nextFeatures: Float32Array;

  /** `seen`: what is kept of observations. */
  constructor(
    environment: EnvironmentDefinition,
    { seen, seed, bufferSize }: { readonly seen: Features; readonly seed: number; readonly bufferSize: number },
  ) {
    const { action } = environment;
    const { width } = seen;
    this.seen = seen;
    this.session = new Session(environment, seed);
    this.replay = new ReplayBuffer(bufferSize, width, action.kind === "discrete" ? undefined : action.size);
    this.sampling = createRandom(seed).split("replay");
    this.features = new Float32Array(width);
    this.nextFeatures = new Float32Array(width);
  }

  /** What a checkpoint needs beside the session. */
  get kept(): Contents["rest"] {
    const { replay, sampling, counts } = this;
    return { replay, sampling, counts };
  }

  /** Fills the batch with transitions drawn uniformly. */
  sample(batch: Batch, reach: Reach): void {
    this.replay.sample(batch, this.sampling, reach);
  }

  /** `agent.train`; see Agent. */
  async *train(
    agent: Pick<Agent, "algorithm" | "steps">,
    {
      learner,
      rhythm,
      steps,
      every = "episode",
    }: TrainOptions & { readonly learner: Learner; readonly rhythm: Rhythm },
  ): AsyncGenerator<TrainEvent, void, void> {
    const { session, counts } = this;
    await session.open();
    try {
      for (const end = session.steps + steps; session.steps < end || counts.owed > 0; ) {
        if (counts.owed > 0) {
          const event = learner.learn();
          counts.owed--;
          if (every !== "episode") yield event;
          continue;
        }
        const choice = learner.choose();
        const reward = session.step(choice.action);
        this.keep(choice, reward);
        learner.stepped?.();
        if (session.steps >= rhythm.learningStarts && session.steps % rhythm.trainInterval === 0)
          counts.owed = rhythm.updatesPerTrain;
        const stepEvent = every === "step" ? session.stepEvent(choice.action, reward) : null;
        const episode = session.advance();
        if (stepEvent) yield stepEvent;
        if (episode) yield episode;
      }
    } catch (error) {
      throw located(error, agent);
    }
  }

  private keep({ action, kept, explored = false }: Choice, reward: number): void {
    const { observation, nextObservation, environment } = this.session;
    this.seen.write(observation, this.features);
    this.seen.write(nextObservation, this.nextFeatures);
    const { terminated, truncated } = environment;
    this.replay.add(this.features, kept ?? action, reward, this.nextFeatures, { terminated, truncated, explored });
  }
}

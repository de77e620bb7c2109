// No learning: every action drawn from the action space. What learners must beat, and a first look at any environment.
import type { Action, EnvironmentDefinition } from "@agon/env";
import { createRandom, type Random } from "@agon/random";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { AgentState } from "../parts/agent-state.ts";
import { resolveOptions } from "../parts/options.ts";
import { noPolicy } from "../parts/policy.ts";
import { Session } from "../parts/session.ts";
import type { AlgorithmSpec } from "../registry.ts";

export interface RandomPlayOptions {
  /** Of the environment and of the actions; default 0. */
  readonly seed?: number;
}

/** Draws a_t from the action space: uniformly where it is bounded, as `sample` of the space does elsewhere. */
export class RandomPlay implements Agent {
  readonly algorithm = "random";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  private readonly session: Session;
  private readonly random: Random;
  /** Of `act`: being looked at must not change what is played. */
  private readonly shown: Random;
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, { seed = 0, ...others }: RandomPlayOptions = {}) {
    this.options = resolveOptions(this.algorithm, [], others);
    this.environment = environment;
    this.session = new Session(environment, seed);
    this.random = createRandom(seed).split("actions");
    this.shown = createRandom(seed).split("shown actions");
    const { session, random, shown } = this;
    this.kept = new AgentState(this.algorithm, { session, policy: noPolicy, learned: {}, rest: { random, shown } });
  }

  get steps(): number {
    return this.session.steps;
  }

  act(_observation: Float32Array): Action {
    return this.environment.action.sample(this.shown);
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session } = this;
    for (const end = session.steps + steps; session.steps < end; ) {
      const action = this.environment.action.sample(this.random);
      const reward = session.step(action);
      const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
      const episode = session.advance();
      if (stepEvent) yield stepEvent;
      if (episode) yield episode;
    }
  }

  /** A file without a tensor: nothing was learned. */
  policy = (): Uint8Array => this.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.kept.save(path);
  load = (path: string): Promise<void> => this.kept.load(path);
  checkpoint = (): Uint8Array => this.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.kept.restore(bytes);
  curveHash = (): Promise<string> => this.kept.curveHash();
}

export const randomPlay: AlgorithmSpec = {
  name: "random",
  title: "Random play",
  summary: "No learning: every action at random, in any environment. What learners must beat.",
  options: [],
  tabular: true,
  fits: () => null,
  tuned: () => ({}),
  create: (environment, options) => new RandomPlay(environment, options),
};

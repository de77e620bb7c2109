// What DDPG, TD3 and SAC share around their updates: options, exploring with vectors, replayed batches.
import type { EnvironmentDefinition } from "@agon/env";
import { erf } from "@agon/math";
import { createRandom } from "@agon/random";
import { type Bound, NonFiniteError, type Tensor, type TypedArray, zeros } from "@agon/tensor";
import type { Agent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import type { OptionSpec } from "../registry.ts";
import { ActionScale, needsBounds, type VectorSpace } from "./action-scale.ts";
import type { Contents } from "./agent-state.ts";
import { CorrelatedNoise } from "./correlated-noise.ts";
import { linear } from "./exploration.ts";
import { Features, scalingOption } from "./features.ts";
import type { Batch } from "./replay.ts";
import { type Choice, ReplayLoop } from "./replay-loop.ts";

export interface ControlOptions {
  readonly hidden?: readonly number[];
  readonly learningRate?: number;
  readonly finalRateShare?: number;
  readonly rateDecaySteps?: number;
  readonly discount?: number;
  readonly batchSize?: number;
  readonly bufferSize?: number;
  readonly learningStarts?: number;
  readonly trainInterval?: number;
  readonly updatesPerTrain?: number;
  readonly targetBlend?: number;
  readonly noiseCorrelation?: number;
  readonly scaleObservations?: boolean;
  readonly seed?: number;
}

export type ControlSettings = Required<Omit<ControlOptions, "seed">>;

export const controlOptions: readonly OptionSpec[] = [
  {
    key: "hidden",
    default: [64, 64],
    minimum: 1,
    integer: true,
    description: "Widths of the hidden layers of every network; the papers have 256 or 400 and 300.",
  },
  { key: "learningRate", default: 1e-3, minimum: 0, maximum: 1, description: "Adam's step size at first.", live: true },
  {
    key: "finalRateShare",
    default: 1,
    minimum: 0,
    maximum: 1,
    description: "Share of the learning rate that is left in the end.",
  },
  {
    key: "rateDecaySteps",
    default: 20_000,
    minimum: 1,
    integer: true,
    description: "Steps over which the learning rate falls, in a straight line.",
  },
  {
    key: "discount",
    default: 0.99,
    minimum: 0,
    maximum: 1,
    description: "γ: worth of the next step's value; 0.99 in the papers.",
    live: true,
  },
  { key: "batchSize", default: 128, minimum: 1, integer: true, description: "Transitions per update." },
  {
    key: "bufferSize",
    default: 100_000,
    minimum: 1,
    integer: true,
    description: "Transitions the replay buffer holds; a million in the papers.",
  },
  {
    key: "learningStarts",
    default: 1000,
    minimum: 1,
    integer: true,
    description: "Steps before the first update, with actions drawn uniformly.",
  },
  { key: "trainInterval", default: 1, minimum: 1, integer: true, description: "Steps between trainings." },
  { key: "updatesPerTrain", default: 1, minimum: 1, integer: true, description: "Updates per training." },
  {
    key: "targetBlend",
    default: 0.005,
    minimum: 0,
    maximum: 1,
    description: "Share τ of the online networks that an update of the targets takes; 0.005 in TD3 and SAC.",
  },
  {
    key: "noiseCorrelation",
    default: 0,
    minimum: 0,
    maximum: 0.999,
    description:
      "How alike the noise of exploration is from one step to the next; DDPG's Ornstein–Uhlenbeck noise has 0.85.",
  },
  scalingOption,
];

/** Composition, not a base class. */
export class Control {
  readonly loop: ReplayLoop;
  readonly scale: ActionScale;
  private readonly noise: CorrelatedNoise;
  readonly seen: Features;
  /** Features of an observation. */
  readonly width: number;
  /** Elements of an action. */
  readonly size: number;
  private readonly settings: ControlSettings;
  private readonly drawn: Float32Array;
  private readonly enacted: Float32Array;

  constructor(
    environment: EnvironmentDefinition,
    settings: ControlSettings,
    { algorithm, seed }: { readonly algorithm: string; readonly seed: number },
  ) {
    const { bufferSize, noiseCorrelation } = settings;
    const misfit = needsBounds(algorithm, environment);
    if (misfit !== null) throw new Error(misfit);
    this.settings = settings;
    this.scale = new ActionScale(environment.action as VectorSpace);
    this.seen = new Features(environment.observation, settings);
    this.width = this.seen.width;
    this.size = this.scale.size;
    this.loop = new ReplayLoop(environment, { seen: this.seen, seed, bufferSize });
    this.noise = new CorrelatedNoise(this.size, noiseCorrelation, createRandom(seed).split("exploration"));
    this.drawn = new Float32Array(this.size);
    this.enacted = new Float32Array(this.size);
  }

  /** What a checkpoint needs beside the session. */
  get kept(): Contents["rest"] {
    return { exploration: this.noise, ...this.loop.kept };
  }

  /** Example inputs of an update. */
  example(): [observations: Tensor, actions: Tensor, outcome: [rewards: Tensor, next: Tensor, discounts: Tensor]] {
    const { batchSize } = this.settings;
    const [observations, vector] = [zeros([batchSize, this.width]), zeros([batchSize])];
    return [observations, zeros([batchSize, this.size]), [vector, observations, vector]];
  }

  /** Fills the inputs of an update that was bound to the `example` with transitions drawn uniformly. */
  sample(update: Bound): void {
    const [observations, actions, rewards, nextObservations, discounts] = update.inputs as readonly TypedArray[];
    const batch = { observations, actions, rewards, nextObservations, discounts } as Batch;
    this.loop.sample(batch, { steps: 1, discount: this.settings.discount });
  }

  /** The learning rate of now. */
  learningRate(): number {
    const { learningRate, finalRateShare, rateDecaySteps } = this.settings;
    return linear(learningRate, learningRate * finalRateShare, rateDecaySteps)(this.loop.session.steps);
  }

  /** `explore` writes an action within [−1, 1] for the present observation, given noise; `learn` makes an update. */
  train(
    agent: Pick<Agent, "algorithm" | "steps">,
    options: TrainOptions & {
      readonly explore: (noise: Float64Array, out: Float32Array) => void;
      readonly learn: () => UpdateEvent;
    },
  ): AsyncGenerator<TrainEvent, void, void> {
    const { explore, learn } = options;
    const learner = { choose: () => this.choose(explore), learn };
    return this.loop.train(agent, { ...options, learner, rhythm: this.settings });
  }

  /** Before learning has begun uniform whatever the noise's correlation: 2Φ(ε) − 1. */
  private choose(explore: (noise: Float64Array, out: Float32Array) => void): Choice {
    const { drawn, enacted, settings } = this;
    const noise = this.noise.next();
    if (this.loop.session.steps < settings.learningStarts) noise.forEach((x, i) => (drawn[i] = erf(x * Math.SQRT1_2)));
    else explore(noise, drawn);
    if (!drawn.every(Number.isFinite))
      throw new NonFiniteError("draw: the network gives NaN or infinity; no action can be drawn.", "draw");
    this.scale.enact(drawn, enacted);
    return { action: enacted, kept: drawn };
  }

  /** An action within [−1, 1] as the environment takes it. */
  enact(drawn: Float32Array): Float32Array {
    const out = new Float32Array(this.size);
    this.scale.enact(drawn, out);
    return out;
  }
}

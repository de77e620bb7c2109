// A2C, the synchronous form of A3C (Mnih et al. 2016): a policy and a value network, learned from short rollouts of several environments.
//
//   L(θ) = E[ −ln π(aₜ|sₜ)·Aₜ + c·(V(sₜ) − (Aₜ + V_old(sₜ)))² − β·H(π(·|sₜ)) ]
//
// Aₜ is the generalised advantage (Schulman et al. 2016) over a rollout of `rolloutSteps`; with `traceDecay` λ = 1 it is the paper's n-step
// advantage rₜ + … + γⁿ·V(sₜ₊ₙ) − V(sₜ). Values reach through truncation, not through termination.
// Simplified against the paper: one learner and no threads, two networks without shared layers, Adam in place of RMSProp.
import type { EnvironmentDefinition } from "@agon/env";
import { MLP, type Module, tanh, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { type Bound, compile, type Tensor, zeros } from "@agon/tensor";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { AgentState } from "../parts/agent-state.ts";
import { argmax, linear, sampleSoftmax, softmax } from "../parts/exploration.ts";
import { Features, scalingOption } from "../parts/features.ts";
import { located } from "../parts/non-finite.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { policyGradientLoss } from "../parts/policy-losses.ts";
import { RewardScale } from "../parts/reward-scale.ts";
import { Rollout } from "../parts/rollout.ts";
import { chosenValue } from "../parts/targets.ts";
import { VectorSession } from "../parts/vector-session.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/a2c.ts";

export interface A2COptions {
  readonly hidden?: readonly number[];
  readonly environments?: number;
  readonly rolloutSteps?: number;
  readonly learningRate?: number;
  readonly finalRateShare?: number;
  readonly rateDecaySteps?: number;
  readonly discount?: number;
  readonly traceDecay?: number;
  readonly normaliseAdvantages?: boolean;
  readonly normaliseRewards?: boolean;
  readonly entropyWeight?: number;
  readonly valueWeight?: number;
  readonly clipNorm?: number;
  readonly scaleObservations?: boolean;
  readonly seed?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  {
    key: "hidden",
    default: [64, 64],
    minimum: 1,
    integer: true,
    description: "Widths of the hidden layers of both networks.",
  },
  {
    key: "environments",
    default: 8,
    minimum: 1,
    maximum: 1024,
    integer: true,
    description: "Environments stepped together.",
  },
  {
    key: "rolloutSteps",
    default: 16,
    minimum: 1,
    integer: true,
    description: "Steps n of each environment between updates; 5 in the paper.",
  },
  { key: "learningRate", default: 2e-3, minimum: 0, maximum: 1, description: "Adam's step size at first.", live: true },
  {
    key: "finalRateShare",
    default: 0.02,
    minimum: 0,
    maximum: 1,
    description: "Share of the learning rate that is left in the end.",
  },
  {
    key: "rateDecaySteps",
    default: 500_000,
    minimum: 1,
    integer: true,
    description: "Steps over which the learning rate falls, in a straight line.",
  },
  {
    key: "discount",
    default: 0.99,
    minimum: 0,
    maximum: 1,
    description: "γ: worth of the next step's value; 0.99 in the paper.",
    live: true,
  },
  {
    key: "traceDecay",
    default: 1,
    minimum: 0,
    maximum: 1,
    description: "λ of the advantages: 1 trusts rewards, 0 values.",
    live: true,
  },
  {
    key: "normaliseAdvantages",
    default: false,
    description: "Scale each rollout's advantages to mean 0 and deviation 1.",
  },
  {
    key: "normaliseRewards",
    default: false,
    description: "Divide rewards by the running deviation of their discounted sums.",
  },
  {
    key: "entropyWeight",
    default: 0.01,
    minimum: 0,
    description: "β: weight of the entropy, which keeps the policy exploring; 0.01 in the paper.",
  },
  {
    key: "valueWeight",
    default: 0.5,
    minimum: 0,
    description: "c: weight of the value network's loss; 0.5 in Stable-Baselines3.",
  },
  {
    key: "clipNorm",
    default: 0.5,
    minimum: 0,
    description: "Largest joint norm of the gradient; 0 for no limit. 0.5 in Stable-Baselines3.",
  },
  scalingOption,
];

const fits = ({ id, action }: EnvironmentDefinition): string | null =>
  action.kind === "discrete" ? null : `A2C here needs discrete actions; ${id} has continuous ones.`;

type Settings = Required<Omit<A2COptions, "seed">>;

export class A2C implements Agent {
  readonly algorithm = "a2c";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly policyNetwork: Module;
  readonly valueNetwork: Module;
  private readonly optimizer: Adam;
  private readonly settings: Settings;
  private readonly session: VectorSession;
  private readonly sampling: Random;
  private readonly rewardScale: RewardScale;
  private readonly seen: Features;
  /** For one observation. */
  private readonly think: Bound;
  private readonly update: Bound;
  private readonly rollout: Rollout;
  /** Of the present step: [environments]. */
  private readonly chosen: Int32Array;
  /** [steps, environments] */
  private readonly actions: Int32Array;
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: A2COptions = {}) {
    const { seed = 0, ...rest } = options;
    const { action, observation } = environment;
    if (action.kind !== "discrete") throw new Error(fits(environment) ?? "internal");
    this.environment = environment;
    this.options = resolveOptions("a2c", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    const { hidden, environments, rolloutSteps, learningRate, clipNorm } = this.settings;
    this.seen = new Features(observation, this.settings);
    const { width } = this.seen;
    const random = createRandom(seed);
    const build = (name: string, outputs: number): Module =>
      withRandom(random.split(name), () => new MLP(width, ...hidden, outputs, { activation: tanh }));
    this.policyNetwork = build("policy", action.n);
    this.valueNetwork = build("value", 1);
    this.optimizer = new Adam([...this.policyNetwork.parameters(), ...this.valueNetwork.parameters()], {
      learningRate,
      clipNorm: clipNorm > 0 ? clipNorm : undefined,
    });
    this.sampling = random.split("actions");
    this.session = new VectorSession(environment, environments, seed);
    this.rewardScale = new RewardScale(environments);
    const size = rolloutSteps * environments;
    this.chosen = new Int32Array(environments);
    this.actions = new Int32Array(size);
    const mind = compile((x: Tensor) => [this.valueNetwork.forward(x).squeeze(1), this.policyNetwork.forward(x)]);
    this.rollout = new Rollout(this.session, mind.bind(zeros([environments, width])), {
      seen: this.seen,
      steps: rolloutSteps,
    });
    this.think = mind.bind(zeros([1, width]));
    this.update = this.compileUpdate(size);
    const {
      session,
      policyNetwork: policy,
      valueNetwork: value,
      optimizer,
      sampling,
      rollout,
      actions,
      rewardScale,
    } = this;
    this.kept = new AgentState(this.algorithm, {
      session,
      policy,
      learned: { policy, value },
      rest: { optimizer, sampling, rewardScale, rollout, actions },
    });
  }

  private compileUpdate(size: number): Bound {
    const { entropyWeight, valueWeight } = this.settings;
    const step = compile((features: Tensor, actions: Tensor, advantages: Tensor, returns: Tensor) =>
      this.optimizer.minimize(() => {
        const logProbabilities = this.policyNetwork.forward(features).logSoftmax(1); // [size, actions]
        const chosen = chosenValue(logProbabilities, actions); // [size]
        const policyLoss = policyGradientLoss(chosen, advantages);
        const valueLoss = this.valueNetwork.forward(features).squeeze(1).sub(returns).square().mean();
        const entropy = logProbabilities.exp().mul(logProbabilities).sum(1).mean().neg();
        const loss = policyLoss.add(valueLoss.mul(valueWeight)).sub(entropy.mul(entropyWeight));
        return { loss, policyLoss, valueLoss, entropy };
      }),
    );
    return step.bind(zeros([size, this.seen.width]), zeros([size], "int32"), zeros([size]), zeros([size]));
  }

  get steps(): number {
    return this.session.steps;
  }

  act(observation: Float32Array): number {
    return argmax(this.thinkOf(observation)[1]);
  }

  /** Value and logits of one observation. */
  private thinkOf(observation: Float32Array): readonly [value: Float32Array, logits: Float32Array] {
    this.seen.write(observation, this.think.inputs[0] as Float32Array);
    this.think.run();
    return this.think.outputs as unknown as readonly [Float32Array, Float32Array];
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session, rollout } = this;
    try {
      const end = session.steps + steps;
      while (session.steps < end || rollout.full || session.events.length > 0) {
        const episode = session.events.shift();
        if (episode) {
          yield episode;
        } else if (rollout.full) {
          const update = this.learn();
          if (every !== "episode") yield update;
        } else {
          this.advance();
          if (every === "step") yield session.stepEvent(this.chosen);
        }
      }
    } catch (error) {
      throw located(error, this);
    }
  }

  /** One step in every environment, noted in the rollout. */
  private advance(): void {
    const { rollout, chosen, sampling, settings } = this;
    const { row } = rollout;
    const [, logits] = rollout.think();
    const choices = logits.length / chosen.length;
    for (let lane = 0; lane < chosen.length; lane++)
      chosen[lane] = sampleSoftmax(logits, lane * choices, choices, sampling);
    this.actions.set(chosen, row);
    rollout.step(chosen);
    if (settings.normaliseRewards)
      this.rewardScale.apply(
        rollout.rewards.subarray(row, rollout.row),
        settings.discount,
        (lane) => rollout.terminated[row + lane] === 1 || rollout.truncated[row + lane] === 1,
      );
  }

  private learn(): UpdateEvent {
    const { session, settings, rollout } = this;
    const { learningRate, finalRateShare, rateDecaySteps, discount, traceDecay } = settings;
    const { advantages, returns } = rollout.advantages(discount, traceDecay);
    if (settings.normaliseAdvantages) normalise(advantages);
    const [features, actions, advantageInput, returnInput] = this.update.inputs as [
      Float32Array,
      Int32Array,
      Float32Array,
      Float32Array,
    ];
    features.set(rollout.features);
    actions.set(this.actions);
    advantageInput.set(advantages);
    returnInput.set(returns);
    this.optimizer.learningRate = linear(learningRate, learningRate * finalRateShare, rateDecaySteps)(session.steps);
    this.update.run();
    rollout.filled = 0;
    const [[loss], [policyLoss], [valueLoss], [entropy]] = this.update.outputs;
    return session.updated(loss, { policyLoss, valueLoss, entropy });
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  policy = (): Uint8Array => this.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.kept.save(path);
  load = (path: string): Promise<void> => this.kept.load(path);
  checkpoint = (): Uint8Array => this.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.kept.restore(bytes);
  curveHash = (): Promise<string> => this.kept.curveHash();

  inspect(observation: Float32Array): { readonly probabilities: Float32Array; readonly value: number } {
    const [[value], logits] = this.thinkOf(observation);
    return { probabilities: softmax(logits), value };
  }
}

/** In place to mean 0 and standard deviation 1. */
const normalise = (values: Float64Array): void => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) + 1e-8;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) / deviation;
};

export const a2c: AlgorithmSpec = {
  name: "a2c",
  title: "A2C",
  summary: "A policy and its critic, learned together from short rollouts of several environments.",
  options: optionSpecs,
  fits,
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new A2C(environment, options),
};

// PPO, proximal policy optimisation (Schulman et al. 2017): several passes over each rollout, with a loss that stops paying for change early.
//
//   L(θ) = E[ max(−A·ρ, −A·clip(ρ, 1 − ε, 1 + ε)) + c·½(V(s) − R)² − β·H(π(·|s)) ],  ρ = π(a|s)/π_old(a|s)
//
// A is the generalised advantage (Schulman et al. 2016) over a rollout of `rolloutSteps` in each environment, scaled to mean 0 and deviation 1
// in each minibatch, and R = A + V_old. Values reach through truncation, not through termination. Actions are indices drawn from a softmax, or
// vectors drawn from a normal distribution whose deviation is learned.
// Simplified against the paper: two networks without shared layers, no penalty on the divergence. As published implementations have it beyond the
// paper (Engstrom et al. 2020): orthogonal weights, a limit on the gradient's norm, a falling learning rate.
import type { Action, EnvironmentDefinition } from "@agon/env";
import type { MLP } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { type Bound, compile, NonFiniteError, type Tensor, type TypedArray, zeros } from "@agon/tensor";
import type { Agent, EpisodeEvent, Thought, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { AgentState } from "../parts/agent-state.ts";
import { linear } from "../parts/exploration.ts";
import { Features, scalingOption } from "../parts/features.ts";
import { located } from "../parts/non-finite.ts";
import { changeOption, OptionError, resolveOptions } from "../parts/options.ts";
import { ppoLoss } from "../parts/policy-losses.ts";
import { RewardScale } from "../parts/reward-scale.ts";
import { Rollout } from "../parts/rollout.ts";
import { type Actions, orthogonalMLP, type StochasticPolicy, stochasticPolicy } from "../parts/stochastic-policy.ts";
import { VectorSession } from "../parts/vector-session.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/ppo.ts";

export interface PPOOptions {
  readonly hidden?: readonly number[];
  readonly environments?: number;
  readonly rolloutSteps?: number;
  readonly epochs?: number;
  readonly minibatches?: number;
  readonly learningRate?: number;
  readonly finalRateShare?: number;
  readonly rateDecaySteps?: number;
  readonly discount?: number;
  readonly traceDecay?: number;
  readonly clip?: number;
  readonly clipValues?: boolean;
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
    description: "Widths of the hidden layers of both networks; 64, 64 in the paper.",
  },
  {
    key: "environments",
    default: 8,
    minimum: 1,
    maximum: 1024,
    integer: true,
    description: "Environments stepped together; 8 in rl-zoo3's CartPole.",
  },
  {
    key: "rolloutSteps",
    default: 32,
    minimum: 1,
    integer: true,
    description: "Steps of each environment between updates; 32 in rl-zoo3's CartPole.",
  },
  { key: "epochs", default: 10, minimum: 1, integer: true, description: "Passes over each rollout; 10 in the paper." },
  {
    key: "minibatches",
    default: 2,
    minimum: 1,
    integer: true,
    description: "Updates per pass; the rollout is shuffled and divided evenly among them.",
  },
  { key: "learningRate", default: 1e-3, minimum: 0, maximum: 1, description: "Adam's step size at first.", live: true },
  {
    key: "finalRateShare",
    default: 0,
    minimum: 0,
    maximum: 1,
    description: "Share of the learning rate that is left in the end.",
  },
  {
    key: "rateDecaySteps",
    default: 100_000,
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
    default: 0.95,
    minimum: 0,
    maximum: 1,
    description: "λ of the advantages: 1 trusts rewards, 0 values; 0.95 in the paper.",
    live: true,
  },
  {
    key: "clip",
    default: 0.2,
    minimum: 0,
    description: "ε: how far the ratio of probabilities pays; 0.2 in the paper.",
  },
  {
    key: "clipValues",
    default: false,
    description: "Limit the change of values to ε too, as OpenAI's baselines do.",
  },
  {
    key: "normaliseAdvantages",
    default: true,
    description: "Scale each minibatch's advantages to mean 0 and deviation 1.",
  },
  {
    key: "normaliseRewards",
    default: false,
    description: "Divide rewards by the running deviation of their discounted sums.",
  },
  {
    key: "entropyWeight",
    default: 0,
    minimum: 0,
    description: "β: weight of the entropy, which keeps the policy exploring; 0.01 in the paper's Atari runs.",
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

type Settings = Required<Omit<PPOOptions, "seed">>;

/** What a minibatch takes beside the rollout's own arrays, [steps, environments, …]. */
interface Samples {
  /** As they were drawn. */
  readonly actions: Actions;
  readonly logProbabilities: Float32Array;
  /** Once the rollout is complete. */
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** The rows in the order in which the running epoch takes them. */
  readonly order: Int32Array;
}

export class PPO implements Agent {
  readonly algorithm = "ppo";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly policyNetwork: StochasticPolicy;
  readonly valueNetwork: MLP;
  private readonly optimizer: Adam;
  private readonly settings: Settings;
  private readonly session: VectorSession;
  private readonly sampling: Random;
  private readonly shuffling: Random;
  private readonly rewardScale: RewardScale;
  private readonly seen: Features;
  /** For one observation. */
  private readonly think: Bound;
  private readonly update: Bound;
  private readonly rollout: Rollout;
  private readonly samples: Samples;
  private readonly drawn: Actions;
  private readonly enacted: Actions;
  /** `learned`: minibatches of the rollout. */
  private readonly counts = { learned: 0 };
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: PPOOptions = {}) {
    const { seed = 0, ...rest } = options;
    const { action, observation } = environment;
    this.environment = environment;
    this.options = resolveOptions("ppo", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    const { hidden, environments, rolloutSteps, minibatches, learningRate, clipNorm } = this.settings;
    const size = rolloutSteps * environments;
    if (size % minibatches !== 0 || size < 2 * minibatches)
      throw new OptionError(
        `ppo: ${minibatches} minibatches of ${rolloutSteps} steps in ${environments} environments; expected equal ones of 2 or more, so a divisor of ${size} up to ${size / 2}.`,
      );
    this.seen = new Features(observation, this.settings);
    const { width } = this.seen;
    const random = createRandom(seed);
    this.policyNetwork = stochasticPolicy(width, hidden, { action, random: random.split("policy") });
    this.valueNetwork = orthogonalMLP([width, ...hidden, 1], 1, random.split("value"));
    this.optimizer = new Adam([...this.policyNetwork.parameters(), ...this.valueNetwork.parameters()], {
      learningRate,
      epsilon: 1e-5,
      clipNorm: clipNorm > 0 ? clipNorm : undefined,
    });
    this.sampling = random.split("actions");
    this.shuffling = random.split("minibatches");
    this.session = new VectorSession(environment, environments, seed);
    this.rewardScale = new RewardScale(environments);
    const mind = compile((x: Tensor) => [this.valueNetwork.forward(x).squeeze(1), ...this.policyNetwork.describe(x)]);
    this.rollout = new Rollout(this.session, mind.bind(zeros([environments, width])), {
      seen: this.seen,
      steps: rolloutSteps,
    });
    this.think = mind.bind(zeros([1, width]));
    this.samples = {
      actions: this.policyNetwork.actions(size),
      logProbabilities: new Float32Array(size),
      advantages: new Float32Array(size),
      returns: new Float32Array(size),
      order: new Int32Array(size),
    };
    this.drawn = this.policyNetwork.actions(environments);
    this.enacted = this.policyNetwork.actions(environments);
    this.update = this.compileUpdate(size / minibatches);
    const { session, policyNetwork: policy, valueNetwork: value, optimizer, sampling, shuffling } = this;
    const { rollout, samples, rewardScale, counts } = this;
    this.kept = new AgentState(this.algorithm, {
      session,
      policy,
      learned: { policy, value },
      rest: { optimizer, sampling, shuffling, rewardScale, counts, rollout, ...samples },
    });
  }

  private compileUpdate(size: number): Bound {
    const { policyNetwork, valueNetwork, settings } = this;
    const step = compile(
      (features: Tensor, actions: Tensor, [oldLogProbabilities, advantages, oldValues, returns]: readonly Tensor[]) =>
        this.optimizer.minimize(() => {
          const parts = policyNetwork.describe(features);
          const batch = {
            logProbabilities: policyNetwork.logProbability(parts, actions),
            oldLogProbabilities,
            advantages,
            entropies: policyNetwork.entropy(parts),
            values: valueNetwork.forward(features).squeeze(1),
            oldValues,
            returns,
          };
          const { loss, policyLoss, valueLoss, entropy, kl, clipped } = ppoLoss(batch, settings);
          return { loss, policyLoss, valueLoss, entropy, kl, clipped };
        }),
    );
    const { actionSize } = policyNetwork;
    const actions = this.environment.action.kind === "discrete" ? zeros([size], "int32") : zeros([size, actionSize]);
    const vector = zeros([size]);
    return step.bind(zeros([size, this.seen.width]), actions, [vector, vector, vector, vector]);
  }

  get steps(): number {
    return this.session.steps;
  }

  act(observation: Float32Array): Action {
    const [, ...parts] = this.thinkOf(observation);
    return this.policyNetwork.best(parts);
  }

  /** Value and policy at one observation. */
  private thinkOf(observation: Float32Array): readonly Float32Array[] {
    this.seen.write(observation, this.think.inputs[0] as Float32Array);
    this.think.run();
    return this.think.outputs as readonly Float32Array[];
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session, rollout } = this;
    try {
      const end = session.steps + steps;
      while (session.steps < end || rollout.full || session.events.length > 0) {
        if (session.events.length > 0) {
          yield session.events.shift() as EpisodeEvent;
        } else if (rollout.full) {
          const update = this.learn();
          if (every !== "episode") yield update;
        } else {
          this.advance();
          if (every === "step") yield session.stepEvent(this.enacted);
        }
      }
    } catch (error) {
      throw located(error, this);
    }
  }

  /** One step in every environment, noted in the rollout; the last one completes it. */
  private advance(): void {
    const { rollout, samples, policyNetwork, drawn, enacted, sampling, settings } = this;
    const [, ...parts] = rollout.think();
    const { row } = rollout;
    for (let lane = 0; lane < settings.environments; lane++)
      samples.logProbabilities[row + lane] = policyNetwork.draw(parts, lane, sampling, drawn);
    policyNetwork.enact(drawn, enacted);
    samples.actions.set(drawn, row * policyNetwork.actionSize);
    rollout.step(enacted);
    if (settings.normaliseRewards)
      this.rewardScale.apply(
        rollout.rewards.subarray(row, rollout.row),
        settings.discount,
        (lane) => rollout.terminated[row + lane] === 1 || rollout.truncated[row + lane] === 1,
      );
    if (rollout.full) this.complete();
  }

  /** Advantages and returns of the whole rollout. */
  private complete(): void {
    const { samples, settings } = this;
    const { advantages, returns } = this.rollout.advantages(settings.discount, settings.traceDecay);
    samples.advantages.set(advantages);
    samples.returns.set(returns);
    // Minibatches are written one by one: what is wrong must show before the first.
    const wrong = samples.returns.find((value) => !Number.isFinite(value));
    if (wrong !== undefined)
      throw new NonFiniteError(`output [returns] is ${wrong}, beyond float32; nothing was written.`, "returns");
  }

  /** Learns from the next minibatch; the last one of the last epoch makes room for the next rollout. */
  private learn(): UpdateEvent {
    const { session, optimizer, rollout, samples, counts } = this;
    const { epochs, minibatches, learningRate, finalRateShare, rateDecaySteps } = this.settings;
    const part = counts.learned % minibatches;
    if (part === 0) this.shuffle();
    this.fillBatch(part * (samples.order.length / minibatches));
    optimizer.learningRate = linear(learningRate, learningRate * finalRateShare, rateDecaySteps)(session.steps);
    this.update.run();
    counts.learned++;
    if (counts.learned === epochs * minibatches) {
      counts.learned = 0;
      rollout.filled = 0;
    }
    const [[loss], [policyLoss], [valueLoss], [entropy], [kl], [clipped]] = this.update.outputs;
    return session.updated(loss, { policyLoss, valueLoss, entropy, kl, clipped });
  }

  /** A new order of the rows, every order equally likely (Fisher–Yates). */
  private shuffle(): void {
    const { order } = this.samples;
    for (let i = 0; i < order.length; i++) {
      const j = this.shuffling.integer(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }

  /** Copies the rows whose turn it is, `start` onwards, into the update's inputs. */
  private fillBatch(start: number): void {
    const { rollout, samples } = this;
    const { width } = this.seen;
    const { actionSize } = this.policyNetwork;
    const [features, actions, logProbabilities, advantages, values, returns] = this.update.inputs as TypedArray[];
    for (let i = 0; i < returns.length; i++) {
      const row = samples.order[start + i];
      for (let k = 0; k < width; k++) features[i * width + k] = rollout.features[row * width + k];
      for (let k = 0; k < actionSize; k++) actions[i * actionSize + k] = samples.actions[row * actionSize + k];
      logProbabilities[i] = samples.logProbabilities[row];
      advantages[i] = samples.advantages[row];
      values[i] = rollout.values[row];
      returns[i] = samples.returns[row];
    }
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

  inspect(observation: Float32Array): Thought {
    const [[value], ...parts] = this.thinkOf(observation);
    return { ...this.policyNetwork.thought(parts), value };
  }
}

export const ppo: AlgorithmSpec = {
  name: "ppo",
  title: "PPO",
  summary: "A policy and its critic, learned in several passes over each rollout, never too far at once.",
  options: optionSpecs,
  fits: () => null,
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new PPO(environment, options),
};

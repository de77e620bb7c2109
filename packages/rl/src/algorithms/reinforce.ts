// REINFORCE (Williams 1992; Sutton & Barto 2018, ch. 13.3–13.4): follow the gradient of the log-probability of what was done, weighted by
// the return that came after it.
//
//   ∇J(θ) = E[ Σₜ ∇ ln π(aₜ|sₜ; θ)·(Gₜ − b(sₜ)) ],  Gₜ = Σₖ γᵏ rₜ₊ₖ
//
// With `baseline` b is a value network learned on the same returns, L = E[(V(sₜ) − Gₜ)²]; without it b = 0. One update is made over whole
// episodes, as many as fill `batchSteps`. Where an episode was truncated, b of its last observation stands for the rewards that would have
// come. Simplified: the factor γᵗ of the episodic objective is left out, as is usual.
import type { EnvironmentDefinition } from "@agon/env";
import { MLP, type Module, tanh, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { type Bound, compile, type Tensor, zeros } from "@agon/tensor";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions } from "../agent.ts";
import { AgentState } from "../parts/agent-state.ts";
import { argmax, linear, sampleSoftmax, softmax } from "../parts/exploration.ts";
import { Features, scalingOption } from "../parts/features.ts";
import { located } from "../parts/non-finite.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { discountedReturns } from "../parts/returns.ts";
import { Session } from "../parts/session.ts";
import { chosenValue } from "../parts/targets.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";

export interface ReinforceOptions {
  readonly hidden?: readonly number[];
  readonly learningRate?: number;
  readonly valueLearningRate?: number;
  readonly finalRateShare?: number;
  readonly rateDecaySteps?: number;
  readonly discount?: number;
  readonly baseline?: boolean;
  readonly normaliseAdvantages?: boolean;
  readonly batchSteps?: number;
  readonly entropyWeight?: number;
  readonly scaleObservations?: boolean;
  readonly seed?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  { key: "hidden", default: [64, 64], minimum: 1, integer: true, description: "Widths of the hidden layers." },
  {
    key: "learningRate",
    default: 3e-3,
    minimum: 0,
    maximum: 1,
    description: "Adam's step size for the policy.",
    live: true,
  },
  {
    key: "valueLearningRate",
    default: 1e-2,
    minimum: 0,
    maximum: 1,
    description: "Adam's step size for the baseline.",
    live: true,
  },
  {
    key: "discount",
    default: 0.99,
    minimum: 0,
    maximum: 1,
    description: "γ: worth of the next step's reward.",
    live: true,
  },
  {
    key: "finalRateShare",
    default: 0.05,
    minimum: 0,
    maximum: 1,
    description: "Share of both learning rates that is left in the end.",
  },
  {
    key: "rateDecaySteps",
    default: 500_000,
    minimum: 1,
    integer: true,
    description: "Steps over which the learning rates fall, in a straight line.",
  },
  {
    key: "normaliseAdvantages",
    default: true,
    description: "Scale each batch's advantages to mean 0 and deviation 1.",
  },
  { key: "baseline", default: true, description: "Subtract a learned value from the returns." },
  {
    key: "batchSteps",
    default: 1000,
    minimum: 1,
    integer: true,
    description: "Steps after which the next end of an episode updates.",
  },
  {
    key: "entropyWeight",
    default: 0.01,
    minimum: 0,
    description: "Weight of the policy's entropy, which keeps it exploring.",
  },
  scalingOption,
];

const fits = ({ id, action, maxSteps }: EnvironmentDefinition): string | null => {
  if (action.kind !== "discrete") return `REINFORCE here needs discrete actions; ${id} has continuous ones.`;
  return maxSteps === undefined ? `REINFORCE learns from whole episodes; those of ${id} have no time limit.` : null;
};

type Settings = Required<Omit<ReinforceOptions, "seed">>;

export class Reinforce implements Agent {
  readonly algorithm = "reinforce";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly policyNetwork: Module;
  readonly valueNetwork: Module;
  private readonly policyOptimizer: Adam;
  private readonly valueOptimizer: Adam;
  private readonly settings: Settings;
  private readonly session: Session;
  private readonly acting: Random;
  private readonly seen: Features;
  private readonly logits: Bound;
  private readonly value: Bound;
  private readonly update: Bound;
  // The episodes since the last update, step by step.
  private readonly features: Float32Array;
  private readonly actions: Int32Array;
  private readonly rewards: Float64Array;
  private readonly ends: Uint8Array;
  /** Value of the last observation where an episode was truncated; 0 elsewhere. */
  private readonly beyond: Float64Array;
  private readonly counts = { filled: 0 };
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: ReinforceOptions = {}) {
    const { seed = 0, ...rest } = options;
    const { action, observation, maxSteps } = environment;
    if (action.kind !== "discrete" || maxSteps === undefined) throw new Error(fits(environment) ?? "internal");
    this.environment = environment;
    this.options = resolveOptions("reinforce", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    const { hidden, learningRate, valueLearningRate, batchSteps } = this.settings;
    this.seen = new Features(observation, this.settings);
    const { width } = this.seen;
    const random = createRandom(seed);
    const build = (name: string, outputs: number): Module =>
      withRandom(random.split(name), () => new MLP(width, ...hidden, outputs, { activation: tanh }));
    this.policyNetwork = build("policy", action.n);
    this.valueNetwork = build("value", 1);
    this.policyOptimizer = new Adam(this.policyNetwork.parameters(), { learningRate });
    this.valueOptimizer = new Adam(this.valueNetwork.parameters(), { learningRate: valueLearningRate });
    this.acting = random.split("actions");
    this.session = new Session(environment, seed);
    const capacity = batchSteps + maxSteps;
    this.features = new Float32Array(capacity * width);
    this.actions = new Int32Array(capacity);
    this.rewards = new Float64Array(capacity);
    this.ends = new Uint8Array(capacity);
    this.beyond = new Float64Array(capacity);
    this.logits = compile((x: Tensor) => this.policyNetwork.forward(x)).bind(zeros([1, width]));
    this.value = compile((x: Tensor) => this.valueNetwork.forward(x)).bind(zeros([1, width]));
    this.update = this.compileUpdate(capacity);
    const { session, acting, features, actions, rewards, ends, beyond, counts } = this;
    const { policyNetwork: policy, valueNetwork: value, policyOptimizer, valueOptimizer } = this;
    this.kept = new AgentState(this.algorithm, {
      session,
      policy,
      learned: { policy, value },
      rest: { policyOptimizer, valueOptimizer, acting, features, actions, rewards, ends, beyond, counts },
    });
  }

  /** Over a full buffer; `weights` is 1/n for the n steps that are there and 0 beyond. */
  private compileUpdate(capacity: number): Bound {
    const { baseline, entropyWeight, normaliseAdvantages } = this.settings;
    const step = compile((features: Tensor, actions: Tensor, returns: Tensor, weights: Tensor) => {
      const values = this.valueNetwork.forward(features).squeeze(1).detach(); // [steps]
      const surprises = baseline ? returns.sub(values) : returns;
      const centred = surprises.sub(surprises.mul(weights).sum());
      const deviation = centred.square().mul(weights).sum().sqrt();
      const advantages = normaliseAdvantages ? centred.div(deviation.add(1e-8)) : surprises;
      const policy = this.policyOptimizer.minimize(() => {
        const logProbabilities = this.policyNetwork.forward(features).logSoftmax(1); // [steps, actions]
        const chosen = chosenValue(logProbabilities, actions); // [steps]
        const entropy = logProbabilities.exp().mul(logProbabilities).sum(1).mul(weights).sum().neg();
        const loss = chosen.mul(advantages).mul(weights).sum().neg().sub(entropy.mul(entropyWeight));
        return { loss, entropy };
      });
      if (!baseline) return policy;
      const { loss: valueLoss } = this.valueOptimizer.minimize(() => ({
        loss: this.valueNetwork.forward(features).squeeze(1).sub(returns).square().mul(weights).sum(),
      }));
      return { ...policy, valueLoss };
    });
    return step.bind(
      zeros([capacity, this.seen.width]),
      zeros([capacity], "int32"),
      zeros([capacity]),
      zeros([capacity]),
    );
  }

  get steps(): number {
    return this.session.steps;
  }

  private logitsOf(observation: Float32Array): Float32Array {
    this.seen.write(observation, this.logits.inputs[0] as Float32Array);
    this.logits.run();
    return this.logits.outputs[0] as Float32Array;
  }

  private valueOf(observation: Float32Array): number {
    this.seen.write(observation, this.value.inputs[0] as Float32Array);
    this.value.run();
    return this.value.outputs[0][0];
  }

  act(observation: Float32Array): number {
    return argmax(this.logitsOf(observation));
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session } = this;
    try {
      for (const end = session.steps + steps; session.steps < end; ) {
        const logits = this.logitsOf(session.observation);
        const action = sampleSoftmax(logits, 0, logits.length, this.acting);
        const reward = session.step(action);
        this.remember(action, reward);
        const stepEvent = every === "step" ? session.stepEvent(action, reward) : null;
        const episode = session.advance();
        const update = episode && this.counts.filled >= this.settings.batchSteps ? this.learn() : null;
        if (stepEvent) yield stepEvent;
        if (episode) yield episode;
        if (update && every !== "episode") yield update;
      }
    } catch (error) {
      throw located(error, this);
    }
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  private remember(action: number, reward: number): void {
    const { observation, nextObservation, environment } = this.session;
    this.seen.write(observation, this.features, this.counts.filled * this.seen.width);
    this.actions[this.counts.filled] = action;
    this.rewards[this.counts.filled] = reward;
    this.ends[this.counts.filled] = environment.terminated || environment.truncated ? 1 : 0;
    const cut = environment.truncated && !environment.terminated && this.settings.baseline;
    this.beyond[this.counts.filled] = cut ? this.valueOf(nextObservation) : 0;
    this.counts.filled++;
  }

  private learn(): TrainEvent {
    const [features, actions, returns, weights] = this.update.inputs;
    features
      .fill(0)
      .set(this.features.subarray(0, this.counts.filled * this.seen.width) as Float32Array & Int32Array & Uint8Array);
    actions.fill(0).set(this.actions.subarray(0, this.counts.filled) as Int32Array & Uint8Array);
    const { discount, learningRate, valueLearningRate, finalRateShare, rateDecaySteps } = this.settings;
    const rewards = this.rewards.subarray(0, this.counts.filled);
    returns.fill(0).set(discountedReturns(rewards, this.ends, discount, this.beyond));
    weights.fill(0).fill(1 / this.counts.filled, 0, this.counts.filled);
    const left = linear(1, finalRateShare, rateDecaySteps)(this.session.steps);
    this.policyOptimizer.learningRate = learningRate * left;
    this.valueOptimizer.learningRate = valueLearningRate * left;
    this.update.run();
    this.counts.filled = 0;
    const [[loss], [entropy], [valueLoss] = [0]] = this.update.outputs;
    return this.session.updated(loss, { entropy, valueLoss });
  }

  policy = (): Uint8Array => this.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.kept.save(path);
  load = (path: string): Promise<void> => this.kept.load(path);
  checkpoint = (): Uint8Array => this.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.kept.restore(bytes);
  curveHash = (): Promise<string> => this.kept.curveHash();

  inspect(observation: Float32Array): { readonly probabilities: Float32Array; readonly value?: number } {
    const probabilities = softmax(this.logitsOf(observation));
    if (!this.settings.baseline) return { probabilities };
    return { probabilities, value: this.valueOf(observation) };
  }
}

export const reinforce: AlgorithmSpec = {
  name: "reinforce",
  title: "REINFORCE",
  summary: "A policy network pushed towards the actions that earned more than a learned baseline expected.",
  options: optionSpecs,
  fits,
  tuned: () => ({}),
  create: (environment, options) => new Reinforce(environment, options),
};

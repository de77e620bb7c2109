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
import { createRandom, type Random, type RandomState } from "@agon/random";
import {
  arrayOf,
  type Bound,
  compile,
  loadVariables,
  packState,
  saveVariables,
  type Tensor,
  unpackState,
  zeros,
} from "@agon/tensor";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { argmax, linear, sampleSoftmax, softmax } from "../parts/exploration.ts";
import { featureSize, writeFeatures } from "../parts/features.ts";
import { located } from "../parts/non-finite.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { decodePolicy, encodePolicy, readPolicy, savePolicy } from "../parts/policy.ts";
import { policyGradientLoss } from "../parts/policy-losses.ts";
import { generalisedAdvantages } from "../parts/returns.ts";
import { chosenValue } from "../parts/targets.ts";
import { VectorSession } from "../parts/vector-session.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";

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
  readonly entropyWeight?: number;
  readonly valueWeight?: number;
  readonly clipNorm?: number;
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
  private readonly width: number;
  /** For all environments at once. */
  private readonly thinkAll: Bound;
  /** For one observation. */
  private readonly think: Bound;
  private readonly update: Bound;
  // The rollout so far; arrays are [steps, environments] with what the name says.
  private readonly chosen: Int32Array;
  private readonly features: Float32Array;
  private readonly actions: Int32Array;
  private readonly rewards: Float64Array;
  private readonly values: Float64Array;
  private readonly nextValues: Float64Array;
  private readonly terminated: Uint8Array;
  private readonly truncated: Uint8Array;
  /** Steps in the rollout. */
  private filled = 0;

  constructor(environment: EnvironmentDefinition, options: A2COptions = {}) {
    const { seed = 0, ...rest } = options;
    const { action, observation } = environment;
    if (action.kind !== "discrete") throw new Error(fits(environment) ?? "internal");
    this.environment = environment;
    this.options = resolveOptions("a2c", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    const { hidden, environments, rolloutSteps, learningRate, clipNorm } = this.settings;
    this.width = featureSize(observation);
    const random = createRandom(seed);
    const build = (name: string, outputs: number): Module =>
      withRandom(random.split(name), () => new MLP(this.width, ...hidden, outputs, { activation: tanh }));
    this.policyNetwork = build("policy", action.n);
    this.valueNetwork = build("value", 1);
    this.optimizer = new Adam([...this.policyNetwork.parameters(), ...this.valueNetwork.parameters()], {
      learningRate,
      clipNorm: clipNorm > 0 ? clipNorm : undefined,
    });
    this.sampling = random.split("actions");
    this.session = new VectorSession(environment, environments, seed);
    const size = rolloutSteps * environments;
    this.chosen = new Int32Array(environments);
    this.features = new Float32Array(size * this.width);
    this.actions = new Int32Array(size);
    this.rewards = new Float64Array(size);
    this.values = new Float64Array(size);
    this.nextValues = new Float64Array(size);
    this.terminated = new Uint8Array(size);
    this.truncated = new Uint8Array(size);
    const think = compile((x: Tensor) => [this.policyNetwork.forward(x), this.valueNetwork.forward(x).squeeze(1)]);
    this.thinkAll = think.bind(zeros([environments, this.width]));
    this.think = think.bind(zeros([1, this.width]));
    this.update = this.compileUpdate(size);
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
    return step.bind(zeros([size, this.width]), zeros([size], "int32"), zeros([size]), zeros([size]));
  }

  get steps(): number {
    return this.session.steps;
  }

  act(observation: Float32Array): number {
    return argmax(this.thinkOf(observation)[0]);
  }

  /** Logits and value of one observation. */
  private thinkOf(observation: Float32Array): readonly [logits: Float32Array, value: Float32Array] {
    writeFeatures(this.environment.observation, observation, this.think.inputs[0] as Float32Array);
    this.think.run();
    return this.think.outputs as unknown as readonly [Float32Array, Float32Array];
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  async *train({ steps, every = "episode" }: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    await this.session.open();
    const { session } = this;
    const { rolloutSteps } = this.settings;
    try {
      const end = session.steps + steps;
      while (session.steps < end || this.filled === rolloutSteps || session.events.length > 0) {
        const episode = session.events.shift();
        if (episode) {
          yield episode;
        } else if (this.filled === rolloutSteps) {
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
    const { environments } = this.session;
    const { count } = environments;
    const [logits, values] = this.evaluateAll(environments.observations);
    const row = this.filled * count;
    if (this.filled > 0) this.noteNextValues(row - count, values);
    const choices = logits.length / count;
    for (let lane = 0; lane < count; lane++)
      this.chosen[lane] = sampleSoftmax(logits, lane * choices, choices, this.sampling);
    this.features.set(this.thinkAll.inputs[0] as Float32Array, row * this.width);
    this.values.set(values, row);
    this.session.step(this.chosen);
    this.actions.set(this.chosen, row);
    this.rewards.set(environments.rewards, row);
    this.terminated.set(environments.terminated, row);
    this.truncated.set(environments.truncated, row);
    this.filled++;
    if (environments.truncated.includes(1)) {
      const last = this.evaluateAll(environments.finalObservations)[1];
      for (let lane = 0; lane < count; lane++)
        if (environments.truncated[lane] === 1) this.nextValues[row + lane] = last[lane];
    }
  }

  /** Logits [environments, actions] and values [environments]; both are overwritten by the next call. */
  private evaluateAll(observations: Float32Array): readonly [logits: Float32Array, values: Float32Array] {
    const { observation: space } = this.environment;
    const features = this.thinkAll.inputs[0] as Float32Array;
    for (let lane = 0; lane < this.chosen.length; lane++) {
      const one = observations.subarray(lane * space.size, (lane + 1) * space.size);
      writeFeatures(space, one, features, lane * this.width);
    }
    this.thinkAll.run();
    return this.thinkAll.outputs as unknown as readonly [Float32Array, Float32Array];
  }

  /** Values of where the step at `row` led to; where it truncated an episode, the last observation's value stands there already. */
  private noteNextValues(row: number, values: Float32Array): void {
    for (let lane = 0; lane < values.length; lane++)
      if (this.truncated[row + lane] === 0) this.nextValues[row + lane] = values[lane];
  }

  private learn(): UpdateEvent {
    const { session, settings, rewards, values, nextValues, terminated, truncated } = this;
    const { count, observations } = session.environments;
    const { learningRate, finalRateShare, rateDecaySteps, discount, traceDecay } = settings;
    this.noteNextValues((this.filled - 1) * count, this.evaluateAll(observations)[1]);
    const rollout = { rewards, values, nextValues, terminated, truncated };
    const { advantages, returns } = generalisedAdvantages(rollout, count, discount, traceDecay);
    if (settings.normaliseAdvantages) normalise(advantages);
    const [features, actions, advantageInput, returnInput] = this.update.inputs as [
      Float32Array,
      Int32Array,
      Float32Array,
      Float32Array,
    ];
    features.set(this.features);
    actions.set(this.actions);
    advantageInput.set(advantages);
    returnInput.set(returns);
    this.optimizer.learningRate = linear(learningRate, learningRate * finalRateShare, rateDecaySteps)(session.steps);
    this.update.run();
    this.filled = 0;
    const [[loss], [policyLoss], [valueLoss], [entropy]] = this.update.outputs;
    session.recordUpdate(loss);
    return {
      type: "update",
      step: session.steps,
      update: session.updates,
      loss,
      figures: { policyLoss, valueLoss, entropy },
    };
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  policy(): Uint8Array {
    return encodePolicy(this.policyNetwork);
  }

  loadPolicy(bytes: Uint8Array): void {
    decodePolicy(this.policyNetwork, bytes);
  }

  save(path: string): Promise<void> {
    return savePolicy(this, path);
  }

  load(path: string): Promise<void> {
    return readPolicy(this, path);
  }

  checkpoint(): Uint8Array {
    const { data, curve } = this.session.save();
    const rows = this.filled * this.session.environments.count;
    return packState({
      kind: this.algorithm,
      arrays: new Map([
        ...saveVariables("policy", this.policyNetwork.parameters()),
        ...saveVariables("value", this.valueNetwork.parameters()),
        ...saveVariables("optimizer", this.optimizer.variables()),
        ["features", this.features.slice(0, rows * this.width)],
        ["actions", this.actions.slice(0, rows)],
        ["rewards", this.rewards.slice(0, rows)],
        ["values", this.values.slice(0, rows)],
        ["nextValues", this.nextValues.slice(0, rows)],
        ["terminated", this.terminated.slice(0, rows)],
        ["truncated", this.truncated.slice(0, rows)],
        ["curve", curve],
      ]),
      data: { session: data, filled: this.filled, sampling: this.sampling.state() },
    });
  }

  restore(bytes: Uint8Array): void {
    const state = unpackState(bytes, this.algorithm);
    const data = state.data as { session: unknown; filled: number; sampling: RandomState };
    loadVariables(state, "policy", this.policyNetwork.parameters());
    loadVariables(state, "value", this.valueNetwork.parameters());
    loadVariables(state, "optimizer", this.optimizer.variables());
    for (const name of ["features", "actions", "rewards", "values", "nextValues", "terminated", "truncated"] as const)
      (this[name] as Float64Array).set(arrayOf(state, name) as Float64Array);
    this.filled = data.filled;
    this.session.load(state, data.session);
    this.sampling.restore(data.sampling);
  }

  curveHash(): Promise<string> {
    const named = (prefix: string, network: Module): [string, Float32Array][] =>
      Object.entries(network.stateDict()).map(([name, data]) => [`${prefix}.${name}`, data as Float32Array]);
    return this.session.curveHash(
      Object.fromEntries([...named("policy", this.policyNetwork), ...named("value", this.valueNetwork)]),
    );
  }

  inspect(observation: Float32Array): { readonly probabilities: Float32Array; readonly value: number } {
    const [logits, values] = this.thinkOf(observation);
    return { probabilities: softmax(logits), value: values[0] };
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
  tuned: () => ({}),
  create: (environment, options) => new A2C(environment, options),
};

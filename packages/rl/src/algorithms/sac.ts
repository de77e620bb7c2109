// SAC, soft actor-critic (Haarnoja et al. 2018, both papers): a policy that earns much and stays as random as it can.
//
//   L(θᵢ) = E[ (Qᵢ(s, a) − (r + γ·[goes on]·(min(Q₁, Q₂)(s′, a′; θ⁻) − α·ln π(a′|s′))))² ],  a′ ~ π(·|s′)
//   L(φ) = E[ α·ln π(a|s) − min(Q₁, Q₂)(s, a) ],  a = tanh(µ(s) + σ(s)·noise)
//   L(α) = −E[ α·(ln π(a|s) + H̄) ]
//
// The temperature α is learned: it rises while the policy's entropy is below the target H̄, and falls while it is above. θ⁻ follows θ,
// θ⁻ ← (1 − τ)θ⁻ + τθ. Values reach through truncation, not through termination.
// Simplified against the papers: observations are vectors, one environment, small networks. Beyond them, the noise may be alike from step to step.
import type { EnvironmentDefinition } from "@agon/env";
import { exp, log, tanh } from "@agon/math";
import { parameter, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { blend, type Bound, compile, type Parameter, RandomStream, type Tensor, zeros } from "@agon/tensor";
import type { Agent, EpisodeEvent, Thought, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { needsBounds } from "../parts/action-scale.ts";
import { AgentState } from "../parts/agent-state.ts";
import { Control, type ControlOptions, controlOptions, type ControlSettings } from "../parts/control.ts";
import { ActionCritic, SquashedActor } from "../parts/control-networks.ts";
import { squashedNormal } from "../parts/distributions.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { bootstrapped, clippedDoubleValue, softValue } from "../parts/targets.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/sac.ts";

export interface SACOptions extends ControlOptions {
  readonly temperature?: number;
  readonly targetEntropy?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  ...controlOptions,
  {
    key: "temperature",
    default: 1,
    minimum: 1e-6,
    description: "α at first: what a nat of entropy is worth in rewards.",
  },
  {
    key: "targetEntropy",
    default: -1,
    description: "H̄ per element of the action, in nats over [−1, 1]; −1 in the second paper, 0.69 is uniform.",
  },
];

type Settings = ControlSettings & Required<Pick<SACOptions, "temperature" | "targetEntropy">>;

export class SAC implements Agent {
  readonly algorithm = "sac";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly actor: SquashedActor;
  /** Q₁ and Q₂. */
  readonly critics: readonly [ActionCritic, ActionCritic];
  private readonly targets: readonly [ActionCritic, ActionCritic];
  /** ln α */
  private readonly logTemperature: Parameter;
  private readonly optimizers: { readonly critic: Adam; readonly actor: Adam; readonly temperature: Adam };
  private readonly settings: Settings;
  private readonly control: Control;
  /** Of the actions that updates imagine. */
  private readonly noise: RandomStream;
  /** Of one observation: µ and ln σ; and the value of tanh µ. */
  private readonly acting: Bound;
  private readonly judging: Bound;
  private readonly update: Bound;
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: SACOptions = {}) {
    const { seed = 0, ...rest } = options;
    this.environment = environment;
    this.options = resolveOptions("sac", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    this.control = new Control(environment, this.settings, { algorithm: "SAC", seed });
    const { hidden, temperature } = this.settings;
    const { width, size, loop } = this.control;
    const random = createRandom(seed);
    const build = <T>(name: string, make: () => T): T => withRandom(random.split(name), make);
    const critic = (name: string): ActionCritic => build(name, () => new ActionCritic(width, hidden, size));
    this.actor = build("actor", () => new SquashedActor(width, hidden, size));
    this.critics = [critic("critic1"), critic("critic2")];
    this.targets = [critic("critic1"), critic("critic2")];
    this.logTemperature = parameter(Float32Array.of(log(temperature)), []);
    this.noise = new RandomStream(seed, "noise");
    this.optimizers = {
      critic: new Adam(this.critics.flatMap((one) => one.parameters())),
      actor: new Adam(this.actor.parameters()),
      temperature: new Adam([this.logTemperature]),
    };
    const one = zeros([1, width]);
    this.acting = compile((x: Tensor) => this.actor.forward(x)).bind(one);
    this.judging = compile((x: Tensor) => this.value(x, this.actor.forward(x)[0].tanh())).bind(one);
    this.update = this.compileUpdate();
    const [critic1, critic2] = this.critics;
    const [target1, target2] = this.targets;
    this.kept = new AgentState(this.algorithm, {
      session: loop.session,
      policy: this.actor,
      learned: { actor: this.actor, critic1, critic2 },
      rest: {
        target1,
        target2,
        temperature: this.logTemperature,
        criticOptimizer: this.optimizers.critic,
        actorOptimizer: this.optimizers.actor,
        temperatureOptimizer: this.optimizers.temperature,
        imagined: this.noise.state,
        ...this.control.kept,
      },
    });
  }

  /** min(Q₁, Q₂)(s, a) */
  private value(features: Tensor, actions: Tensor): Tensor {
    const [first, second] = this.critics;
    return clippedDoubleValue(first.forward(features, actions), second.forward(features, actions));
  }

  /** a ~ π(·|s) and ln π(a|s), with gradients that reach the actor through the action. */
  private imagine(features: Tensor): ReturnType<typeof squashedNormal> {
    const [mean, logStd] = this.actor.forward(features);
    return squashedNormal(mean, logStd, { noise: this.noise.normal(mean.shape) });
  }

  private compileUpdate(): Bound {
    const { critics, targets, logTemperature, optimizers } = this;
    const { targetEntropy, targetBlend } = this.settings;
    const step = compile((observations: Tensor, actions: Tensor, [rewards, next, discounts]: readonly Tensor[]) => {
      const temperature = logTemperature.value.exp();
      const later = this.imagine(next);
      const [later1, later2] = targets.map((target) => target.forward(next, later.action));
      const goal = bootstrapped(rewards, discounts, softValue(later1, later2, later.logProbability, temperature));
      const { loss, meanQ } = optimizers.critic.minimize(() => {
        const [q1, q2] = critics.map((critic) => critic.forward(observations, actions));
        return { loss: q1.sub(goal).square().mean().add(q2.sub(goal).square().mean()), meanQ: q1.mean() };
      });
      const { loss: actorLoss, entropy } = optimizers.actor.minimize(() => {
        const { action, logProbability } = this.imagine(observations);
        const value = this.value(observations, action);
        return { loss: logProbability.mul(temperature).sub(value).mean(), entropy: logProbability.mean().neg() };
      });
      const goalEntropy = targetEntropy * this.control.size;
      optimizers.temperature.minimize(() => ({ loss: logTemperature.value.exp().mul(entropy.sub(goalEntropy)) }));
      critics.forEach((critic, i) => blend(critic.parameters(), targets[i].parameters(), targetBlend));
      return { loss, actorLoss, meanQ, entropy, temperature };
    });
    return step.bind(...this.control.example());
  }

  get steps(): number {
    return this.control.loop.session.steps;
  }

  act(observation: Float32Array): Float32Array {
    const [mean] = this.distribution(observation);
    return this.control.enact(mean.map(tanh));
  }

  /** µ and ln σ at one observation; overwritten by the next call. */
  private distribution(observation: Float32Array): readonly Float32Array[] {
    this.control.seen.write(observation, this.acting.inputs[0] as Float32Array);
    this.acting.run();
    return this.acting.outputs as readonly Float32Array[];
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    const explore = (noise: Float64Array, out: Float32Array): void => {
      const [mean, logStd] = this.distribution(this.control.loop.session.observation);
      for (let i = 0; i < out.length; i++) out[i] = tanh(mean[i] + exp(logStd[i]) * noise[i]);
    };
    return this.control.train(this, { ...options, explore, learn: () => this.learn() });
  }

  private learn(): UpdateEvent {
    const { control, update, optimizers } = this;
    for (const optimizer of Object.values(optimizers)) optimizer.learningRate = control.learningRate();
    control.sample(update);
    update.run();
    const [[loss], [actorLoss], [meanQ], [entropy], [temperature]] = update.outputs;
    return control.loop.session.updated(loss, { actorLoss, meanQ, entropy, temperature });
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
    const [mean, logStd] = this.distribution(observation);
    this.control.seen.write(observation, this.judging.inputs[0] as Float32Array);
    this.judging.run();
    const action = this.control.scale.thought(mean, (i) => exp(logStd[i]), tanh);
    return { action, value: this.judging.outputs[0][0] };
  }
}

export const sac: AlgorithmSpec = {
  name: "sac",
  title: "SAC",
  summary: "A policy over vectors that earns much and stays as random as it can, with two critics.",
  options: optionSpecs,
  fits: (environment) => needsBounds("SAC", environment),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new SAC(environment, options),
};

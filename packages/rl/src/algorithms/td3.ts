// TD3, twin delayed deep deterministic policy gradient (Fujimoto et al. 2018): DDPG with three mends against values that are too high.
//
//   L(θᵢ) = E[ (Qᵢ(s, a) − (r + γ·[goes on]·min(Q₁, Q₂)(s′, ã; θ⁻)))² ],  ã = clip(µ(s′; φ⁻) + clip(σ·noise, −c, c), −1, 1)
//   L(φ) = −E[ Q₁(s, µ(s)) ],  only every `policyDelay`-th update
//
// The smaller of two critics is believed, the target policy is smoothed, and the policy moves more slowly than the critics. The targets θ⁻, φ⁻
// follow with the policy, θ⁻ ← (1 − τ)θ⁻ + τθ. Values reach through truncation, not through termination.
// Simplified against the paper: observations are vectors, one environment, small networks. Beyond it, the noise of exploration may be alike from
// step to step.
import type { EnvironmentDefinition } from "@agon/env";
import { withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { blend, type Bound, compile, RandomStream, type Tensor } from "@agon/tensor";
import type { Agent, EpisodeEvent, Thought, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { needsBounds } from "../parts/action-scale.ts";
import { AgentState } from "../parts/agent-state.ts";
import { Control, type ControlOptions, controlOptions, type ControlSettings } from "../parts/control.ts";
import { ActionCritic, DeterministicActor } from "../parts/control-networks.ts";
import { DeterministicMind } from "../parts/deterministic-mind.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { bootstrapped, clippedDoubleValue, smoothed } from "../parts/targets.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/td3.ts";

export interface TD3Options extends ControlOptions {
  readonly explorationNoise?: number;
  readonly targetNoise?: number;
  readonly targetNoiseLimit?: number;
  readonly policyDelay?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  ...controlOptions,
  {
    key: "explorationNoise",
    default: 0.1,
    minimum: 0,
    description:
      "Deviation of the noise on actions while training, as a share of half their interval; 0.1 in the paper.",
  },
  {
    key: "targetNoise",
    default: 0.2,
    minimum: 0,
    description: "σ: deviation of the noise on the target policy's actions; 0.2 in the paper.",
  },
  { key: "targetNoiseLimit", default: 0.5, minimum: 0, description: "c: that noise is cut to ±c; 0.5 in the paper." },
  {
    key: "policyDelay",
    default: 2,
    minimum: 1,
    integer: true,
    description: "Updates of the critics for each one of the policy and the targets; 2 in the paper.",
  },
];

type Settings = ControlSettings & Required<Omit<TD3Options, keyof ControlOptions>>;

export class TD3 implements Agent {
  readonly algorithm = "td3";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly actor: DeterministicActor;
  private readonly targetActor: DeterministicActor;
  /** Q₁ and Q₂. */
  readonly critics: readonly [ActionCritic, ActionCritic];
  private readonly targetCritics: readonly [ActionCritic, ActionCritic];
  private readonly criticOptimizer: Adam;
  private readonly actorOptimizer: Adam;
  private readonly settings: Settings;
  private readonly control: Control;
  /** Of the smoothed target policy. */
  private readonly noise: RandomStream;
  private readonly mind: DeterministicMind;
  private readonly updates: { readonly critics: Bound; readonly all: Bound };
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: TD3Options = {}) {
    const { seed = 0, ...rest } = options;
    this.environment = environment;
    this.options = resolveOptions("td3", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    this.control = new Control(environment, this.settings, { algorithm: "TD3", seed });
    const { hidden } = this.settings;
    const { width, size, loop } = this.control;
    const random = createRandom(seed);
    const actor = () => withRandom(random.split("actor"), () => new DeterministicActor(width, hidden, size));
    const critic = (name: string) => withRandom(random.split(name), () => new ActionCritic(width, hidden, size));
    this.actor = actor();
    this.targetActor = actor();
    this.critics = [critic("critic1"), critic("critic2")];
    this.targetCritics = [critic("critic1"), critic("critic2")];
    this.criticOptimizer = new Adam(this.critics.flatMap((one) => one.parameters()));
    this.actorOptimizer = new Adam(this.actor.parameters());
    this.noise = new RandomStream(seed, "noise");
    this.mind = new DeterministicMind(this.control, this.settings, {
      actor: (x) => this.actor.forward(x),
      value: (x) => {
        const [first, second] = this.critics.map((critic) => critic.forward(x, this.actor.forward(x)));
        return clippedDoubleValue(first, second);
      },
    });
    this.updates = this.compileUpdates();
    const { targetActor, criticOptimizer, actorOptimizer } = this;
    const [critic1, critic2] = this.critics;
    const [target1, target2] = this.targetCritics;
    this.kept = new AgentState(this.algorithm, {
      session: loop.session,
      policy: this.actor,
      learned: { actor: this.actor, critic1, critic2 },
      rest: {
        targetActor,
        target1,
        target2,
        criticOptimizer,
        actorOptimizer,
        smoothing: this.noise.state,
        ...this.control.kept,
      },
    });
  }

  private compileUpdates(): TD3["updates"] {
    const { actor, targetActor, critics, targetCritics, noise } = this;
    const { targetNoise: deviation, targetNoiseLimit: limit, targetBlend } = this.settings;
    const learnCritics = (observations: Tensor, actions: Tensor, [rewards, next, discounts]: readonly Tensor[]) => {
      const best = targetActor.forward(next);
      const near = smoothed(best, noise.normal(best.shape), { deviation, limit });
      const [later1, later2] = targetCritics.map((target) => target.forward(next, near));
      const goal = bootstrapped(rewards, discounts, clippedDoubleValue(later1, later2));
      return this.criticOptimizer.minimize(() => {
        const [q1, q2] = critics.map((critic) => critic.forward(observations, actions));
        return { loss: q1.sub(goal).square().mean().add(q2.sub(goal).square().mean()), meanQ: q1.mean() };
      });
    };
    const learnAll = (observations: Tensor, actions: Tensor, outcome: readonly Tensor[]) => {
      const { loss, meanQ } = learnCritics(observations, actions, outcome);
      const { loss: actorLoss } = this.actorOptimizer.minimize(() => ({
        loss: critics[0].forward(observations, actor.forward(observations)).mean().neg(),
      }));
      critics.forEach((critic, i) => blend(critic.parameters(), targetCritics[i].parameters(), targetBlend));
      blend(actor.parameters(), targetActor.parameters(), targetBlend);
      return { loss, meanQ, actorLoss };
    };
    const example = this.control.example();
    return { critics: compile(learnCritics).bind(...example), all: compile(learnAll).bind(...example) };
  }

  get steps(): number {
    return this.control.loop.session.steps;
  }

  act(observation: Float32Array): Float32Array {
    return this.mind.act(observation);
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    const explore = (noise: Float64Array, out: Float32Array): void => this.mind.explore(noise, out);
    return this.control.train(this, { ...options, explore, learn: () => this.learn() });
  }

  private learn(): UpdateEvent {
    const { control, updates, settings } = this;
    const { session } = control.loop;
    const update = (session.updates + 1) % settings.policyDelay === 0 ? updates.all : updates.critics;
    this.criticOptimizer.learningRate = control.learningRate();
    this.actorOptimizer.learningRate = control.learningRate();
    control.sample(update);
    update.run();
    const [[loss], [meanQ], [actorLoss] = [Number.NaN]] = update.outputs;
    return session.updated(loss, Number.isNaN(actorLoss) ? { meanQ } : { meanQ, actorLoss });
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
    return this.mind.inspect(observation);
  }
}

export const td3: AlgorithmSpec = {
  name: "td3",
  title: "TD3",
  summary: "DDPG with two critics, a smoothed target policy and slower steps of the policy.",
  options: optionSpecs,
  fits: (environment) => needsBounds("TD3", environment),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new TD3(environment, options),
};

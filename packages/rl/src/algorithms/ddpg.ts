// DDPG, deep deterministic policy gradient (Lillicrap et al. 2016): Q-learning for actions that are vectors, with an actor in place of the maximum.
//
//   L(θ) = E[ (Q(s, a) − (r + γ·[goes on]·Q(s′, µ(s′; φ⁻); θ⁻)))² ]
//   L(φ) = −E[ Q(s, µ(s)) ]
//
// The targets θ⁻, φ⁻ follow, θ⁻ ← (1 − τ)θ⁻ + τθ. Exploration adds noise to µ(s). Values reach through truncation, not through termination.
// Simplified against the paper: observations are vectors, small networks without batch normalisation or weight decay, one learning rate for both,
// and initial weights that are no smaller in the last layers.
import type { EnvironmentDefinition } from "@agon/env";
import { withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { blend, type Bound, compile, type Tensor } from "@agon/tensor";
import type { Agent, EpisodeEvent, Thought, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { needsBounds } from "../parts/action-scale.ts";
import { AgentState } from "../parts/agent-state.ts";
import { Control, type ControlOptions, controlOptions, type ControlSettings } from "../parts/control.ts";
import { ActionCritic, DeterministicActor } from "../parts/control-networks.ts";
import { DeterministicMind } from "../parts/deterministic-mind.ts";
import { changeOption, resolveOptions } from "../parts/options.ts";
import { bootstrapped } from "../parts/targets.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/ddpg.ts";

export interface DDPGOptions extends ControlOptions {
  readonly explorationNoise?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  ...controlOptions,
  {
    key: "explorationNoise",
    default: 0.1,
    minimum: 0,
    description:
      "Deviation of the noise on actions while training, as a share of half their interval; 0.38 in the paper.",
  },
];

type Settings = ControlSettings & Required<Pick<DDPGOptions, "explorationNoise">>;

export class DDPG implements Agent {
  readonly algorithm = "ddpg";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly actor: DeterministicActor;
  private readonly targetActor: DeterministicActor;
  readonly critic: ActionCritic;
  private readonly targetCritic: ActionCritic;
  private readonly criticOptimizer: Adam;
  private readonly actorOptimizer: Adam;
  private readonly settings: Settings;
  private readonly control: Control;
  private readonly mind: DeterministicMind;
  private readonly update: Bound;
  private readonly kept: AgentState;

  constructor(environment: EnvironmentDefinition, options: DDPGOptions = {}) {
    const { seed = 0, ...rest } = options;
    this.environment = environment;
    this.options = resolveOptions("ddpg", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    this.control = new Control(environment, this.settings, { algorithm: "DDPG", seed });
    const { hidden } = this.settings;
    const { width, size, loop } = this.control;
    const random = createRandom(seed);
    const actor = () => withRandom(random.split("actor"), () => new DeterministicActor(width, hidden, size));
    const critic = () => withRandom(random.split("critic"), () => new ActionCritic(width, hidden, size));
    this.actor = actor();
    this.targetActor = actor();
    this.critic = critic();
    this.targetCritic = critic();
    this.criticOptimizer = new Adam(this.critic.parameters());
    this.actorOptimizer = new Adam(this.actor.parameters());
    this.mind = new DeterministicMind(this.control, this.settings, {
      actor: (x) => this.actor.forward(x),
      value: (x) => this.critic.forward(x, this.actor.forward(x)),
    });
    this.update = this.compileUpdate();
    const { targetActor, targetCritic, criticOptimizer, actorOptimizer } = this;
    this.kept = new AgentState(this.algorithm, {
      session: loop.session,
      policy: this.actor,
      learned: { actor: this.actor, critic: this.critic },
      rest: {
        targetActor,
        targetCritic,
        criticOptimizer,
        actorOptimizer,
        ...this.control.kept,
      },
    });
  }

  private compileUpdate(): Bound {
    const { actor, targetActor, critic, targetCritic } = this;
    const { targetBlend } = this.settings;
    const step = compile((observations: Tensor, actions: Tensor, [rewards, next, discounts]: readonly Tensor[]) => {
      const goal = bootstrapped(rewards, discounts, targetCritic.forward(next, targetActor.forward(next)));
      const { loss, meanQ } = this.criticOptimizer.minimize(() => {
        const q = critic.forward(observations, actions);
        return { loss: q.sub(goal).square().mean(), meanQ: q.mean() };
      });
      const { loss: actorLoss } = this.actorOptimizer.minimize(() => ({
        loss: critic.forward(observations, actor.forward(observations)).mean().neg(),
      }));
      blend(critic.parameters(), targetCritic.parameters(), targetBlend);
      blend(actor.parameters(), targetActor.parameters(), targetBlend);
      return { loss, meanQ, actorLoss };
    });
    return step.bind(...this.control.example());
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
    const { control, update } = this;
    this.criticOptimizer.learningRate = control.learningRate();
    this.actorOptimizer.learningRate = control.learningRate();
    control.sample(update);
    update.run();
    const [[loss], [meanQ], [actorLoss]] = update.outputs;
    return control.loop.session.updated(loss, { meanQ, actorLoss });
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

export const ddpg: AlgorithmSpec = {
  name: "ddpg",
  title: "DDPG",
  summary: "A policy over vectors that climbs the slope of a learned action value, from replayed transitions.",
  options: optionSpecs,
  fits: (environment) => needsBounds("DDPG", environment),
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new DDPG(environment, options),
};

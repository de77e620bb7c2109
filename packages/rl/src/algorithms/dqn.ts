// DQN (Mnih et al. 2015): action values by a network, learned from replayed transitions towards targets of a slower copy.
//
//   L(θ) = E[ loss( Q(s, a; θ) − (r + γr′ + … + γⁿ·[goes on]·maxₐ′ Q(s⁽ⁿ⁾, a′; θ⁻)) ) ]
//
// θ⁻ moves towards θ every `targetUpdateInterval` steps, θ⁻ ← (1 − τ)θ⁻ + τθ (Lillicrap et al. 2016); the paper copies it, τ = 1. With
// `double` (van Hasselt et al. 2016) θ chooses a′ and θ⁻ values it. Beyond the paper, targets reach over `multiStep` n rewards (Sutton 1988;
// in DQN, Hessel et al. 2018), up to the next explored action (Watkins 1989), and the learning rate falls. `dueling` (Wang et al. 2016) and
// `prioritised` replay (Schaul et al. 2016) are switches, off at first.
// Simplified against the paper: observations are vectors, one environment, Adam in place of RMSProp.
import type { EnvironmentDefinition } from "@agon/env";
import { huber, MLP, type Module, mse, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { blend, type Bound, compile, type Tensor, zeros } from "@agon/tensor";
import type { Agent, EpisodeEvent, TrainEvent, TrainOptions, UpdateEvent } from "../agent.ts";
import { AgentState } from "../parts/agent-state.ts";
import { DuelingNetwork } from "../parts/dueling-network.ts";
import { argmax, linear, type Schedule } from "../parts/exploration.ts";
import { Features, scalingOption } from "../parts/features.ts";
import { changeOption, OptionError, resolveOptions } from "../parts/options.ts";
import { PrioritySampler } from "../parts/priority-sampler.ts";
import type { Batch } from "../parts/replay.ts";
import { type Choice, ReplayLoop } from "../parts/replay-loop.ts";
import { bestValue, bootstrapped, chosenValue, doubleValue } from "../parts/targets.ts";
import type { AlgorithmSpec, OptionSpec } from "../registry.ts";
import { tuned } from "../tuned/dqn.ts";

export interface DQNOptions {
  /** Builds the network; default an MLP with the `hidden` widths. */
  readonly network?: (inputs: number, actions: number) => Module;
  /** Share of random actions by step; default a line from explorationStart to explorationEnd. */
  readonly exploration?: Schedule;
  readonly hidden?: readonly number[];
  readonly learningRate?: number;
  readonly finalRateShare?: number;
  readonly rateDecaySteps?: number;
  readonly discount?: number;
  readonly multiStep?: number;
  readonly batchSize?: number;
  readonly bufferSize?: number;
  readonly learningStarts?: number;
  readonly trainInterval?: number;
  readonly updatesPerTrain?: number;
  readonly targetUpdateInterval?: number;
  readonly targetBlend?: number;
  readonly explorationStart?: number;
  readonly explorationEnd?: number;
  readonly explorationSteps?: number;
  readonly explorationPersistence?: number;
  readonly double?: boolean;
  readonly dueling?: boolean;
  readonly prioritised?: boolean;
  readonly priorityExponent?: number;
  readonly importanceStart?: number;
  readonly importanceSteps?: number;
  readonly clipNorm?: number;
  readonly loss?: "huber" | "squared";
  readonly scaleObservations?: boolean;
  readonly seed?: number;
}

const optionSpecs: readonly OptionSpec[] = [
  { key: "hidden", default: [128, 128], minimum: 1, integer: true, description: "Widths of the hidden layers." },
  { key: "learningRate", default: 1e-3, minimum: 0, maximum: 1, description: "Adam's step size at first.", live: true },
  {
    key: "finalRateShare",
    default: 0.05,
    minimum: 0,
    maximum: 1,
    description: "Share of the learning rate that is left in the end.",
  },
  {
    key: "rateDecaySteps",
    default: 50_000,
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
    key: "multiStep",
    default: 12,
    minimum: 1,
    integer: true,
    description:
      "n of n-step targets (Sutton 1988): rewards added up before a learned value counts, cut at explored actions.",
  },
  {
    key: "batchSize",
    default: 64,
    minimum: 1,
    integer: true,
    description: "Transitions per update; 64 in rl-zoo3, 32 in the paper.",
  },
  {
    key: "bufferSize",
    default: 20_000,
    minimum: 1,
    integer: true,
    description: "Transitions the replay buffer holds; few, as n-step targets want recent behaviour.",
  },
  {
    key: "learningStarts",
    default: 1000,
    minimum: 1,
    integer: true,
    description: "Steps before the first update; 1000 in rl-zoo3.",
  },
  {
    key: "trainInterval",
    default: 2,
    minimum: 1,
    integer: true,
    description: "Steps between trainings; with one update each, half an update per step as in rl-zoo3.",
  },
  { key: "updatesPerTrain", default: 1, minimum: 1, integer: true, description: "Updates per training." },
  {
    key: "targetUpdateInterval",
    default: 2,
    minimum: 1,
    integer: true,
    description: "Steps between updates of the target network.",
  },
  {
    key: "explorationStart",
    default: 1,
    minimum: 0,
    maximum: 1,
    description: "Share ε of random actions at first; 1 in the paper.",
  },
  {
    key: "explorationEnd",
    default: 0.1,
    minimum: 0,
    maximum: 1,
    description: "Share ε of random actions in the end; 0.1 in the paper.",
  },
  {
    key: "explorationSteps",
    default: 8000,
    minimum: 1,
    integer: true,
    description: "Steps from first to last ε; 8000 in rl-zoo3.",
  },
  {
    key: "explorationPersistence",
    default: 0,
    minimum: 0,
    maximum: 0.999,
    description:
      "Chance that a random action is the last random one again: of use where one direction has to be kept up.",
  },
  {
    key: "targetBlend",
    default: 0.01,
    minimum: 0,
    maximum: 1,
    description:
      "Share τ of the online network that an update of the target takes (Lillicrap et al. 2016); 1 copies it.",
  },
  {
    key: "double",
    default: true,
    description: "Double DQN: the online network chooses the next action, the target network values it.",
  },
  {
    key: "dueling",
    default: false,
    description: "Value and advantages in two streams, each with a last hidden layer of its own.",
  },
  {
    key: "prioritised",
    default: false,
    description: "Replay in proportion to the last TD error in place of uniformly.",
  },
  {
    key: "priorityExponent",
    default: 0.6,
    minimum: 0,
    maximum: 1,
    description: "α of prioritised replay: 0 is uniform, 1 in proportion to the error; 0.6 in the paper.",
  },
  {
    key: "importanceStart",
    default: 0.4,
    minimum: 0,
    maximum: 1,
    description: "β at first: how far weights make up for the priorities, 1 in the end; 0.4 in the paper.",
  },
  {
    key: "importanceSteps",
    default: 50_000,
    minimum: 1,
    integer: true,
    description: "Steps over which β rises to 1, in a straight line.",
  },
  {
    key: "clipNorm",
    default: 10,
    minimum: 0,
    description: "Largest joint norm of the gradient; 0 for no limit. 10 in Stable-Baselines3.",
  },
  scalingOption,
  {
    key: "loss",
    default: "huber",
    choices: ["huber", "squared"],
    description:
      "Of TD errors. Huber's counts large ones by their size, as the paper's clipping does; where targets are seldom copied, it can let values grow without end.",
  },
];

const fits = ({ id, action }: EnvironmentDefinition): string | null =>
  action.kind === "discrete" ? null : `DQN needs discrete actions; ${id} has continuous ones.`;

type Settings = Required<Omit<DQNOptions, "network" | "exploration" | "seed">>;

export class DQN implements Agent {
  readonly algorithm = "dqn";
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, unknown>>;
  readonly online: Module;
  private readonly target: Module;
  private readonly optimizer: Adam;
  private readonly settings: Settings;
  private readonly exploration: Schedule;
  private readonly seen: Features;
  private readonly loop: ReplayLoop;
  /** Null where replay is uniform. */
  private readonly priorities: PrioritySampler | null;
  /** Rows of the replay buffer that the update learns from, where it is prioritised. */
  private readonly rows: Int32Array;
  private readonly exploring: Random;
  /** The last random action; −1 before the first. */
  private readonly explored = { action: -1 };
  private readonly actions: number;
  private readonly kept: AgentState;
  private readonly values: Bound;
  private readonly update: Bound;
  private readonly syncTarget: Bound;
  private readonly batch: Batch;

  constructor(environment: EnvironmentDefinition, options: DQNOptions = {}) {
    const { network, exploration, seed = 0, ...rest } = options;
    const { action, observation } = environment;
    if (action.kind !== "discrete") throw new Error(fits(environment) ?? "internal");
    this.environment = environment;
    this.options = resolveOptions("dqn", optionSpecs, { ...rest });
    this.settings = this.options as unknown as Settings;
    const { hidden, dueling, learningRate, clipNorm, batchSize, bufferSize, prioritised, priorityExponent } =
      this.settings;
    if (network && dueling)
      throw new OptionError("dqn: dueling shapes the network that is built by default; leave out dueling, or network.");
    const { explorationStart, explorationEnd, explorationSteps } = this.settings;
    this.exploration = exploration ?? linear(explorationStart, explorationEnd, explorationSteps);
    this.actions = action.n;
    this.seen = new Features(observation, this.settings);
    const { width } = this.seen;
    const random = createRandom(seed);
    const ours = (inputs: number, actions: number): Module =>
      dueling ? new DuelingNetwork(inputs, hidden, actions) : new MLP(inputs, ...hidden, actions);
    const build = network ?? ours;
    this.online = withRandom(random.split("weights"), () => build(width, action.n));
    this.target = withRandom(random.split("weights"), () => build(width, action.n));
    this.optimizer = new Adam(this.online.parameters(), {
      learningRate,
      clipNorm: clipNorm > 0 ? clipNorm : undefined,
    });
    this.exploring = random.split("exploration");
    this.loop = new ReplayLoop(environment, { seen: this.seen, seed, bufferSize });
    this.priorities = prioritised ? new PrioritySampler(bufferSize, priorityExponent) : null;
    this.rows = new Int32Array(batchSize);
    const { loop, online, target, optimizer, priorities, exploring, explored } = this;
    this.kept = new AgentState(this.algorithm, {
      session: loop.session,
      policy: online,
      learned: { online },
      rest: { target, optimizer, priorities, exploring, explored, ...loop.kept },
    });
    this.values = compile((x: Tensor) => this.online.forward(x)).bind(zeros([1, width]));
    this.update = this.compileUpdate(width);
    this.syncTarget = compile(() =>
      blend(this.online.parameters(), this.target.parameters(), this.settings.targetBlend),
    ).bind();
    const [observations, actions, rewards, nextObservations, discounts] = this.update.inputs;
    this.batch = { observations, actions, rewards, nextObservations, discounts } as Batch;
  }

  private compileUpdate(width: number): Bound {
    const { batchSize, double, prioritised } = this.settings;
    const lossOf = this.settings.loss === "huber" ? huber : mse;
    /** Q(s, a), and what it should be. Both: [batch] */
    const compare = (observations: Tensor, actions: Tensor, [rewards, next, discounts]: readonly Tensor[]) => {
      const later = this.target.forward(next); // [batch, actions]
      const best = double ? doubleValue(later, this.online.forward(next)) : bestValue(later); // [batch]
      const targets = bootstrapped(rewards, discounts, best);
      return { q: chosenValue(this.online.forward(observations), actions), targets };
    };
    const uniform = compile((observations: Tensor, actions: Tensor, outcome: readonly Tensor[]) =>
      this.optimizer.minimize(() => {
        const { q, targets } = compare(observations, actions, outcome);
        return { loss: lossOf(q, targets), meanQ: q.mean() };
      }),
    );
    const weighted = compile((observations: Tensor, actions: Tensor, outcome: readonly Tensor[], weights: Tensor) =>
      this.optimizer.minimize(() => {
        const { q, targets } = compare(observations, actions, outcome);
        const loss = lossOf(q, targets, { reduction: "none" }).mul(weights).mean();
        return { loss, meanQ: q.mean(), tdErrors: targets.sub(q) };
      }),
    );
    const observations = zeros([batchSize, width]);
    const vector = zeros([batchSize]);
    const outcome = [vector, observations, vector];
    const actions = zeros([batchSize], "int32");
    return prioritised
      ? weighted.bind(observations, actions, outcome, vector)
      : uniform.bind(observations, actions, outcome);
  }

  get steps(): number {
    return this.loop.session.steps;
  }

  private actionValues(observation: Float32Array): Float32Array {
    this.seen.write(observation, this.values.inputs[0] as Float32Array);
    this.values.run();
    return this.values.outputs[0] as Float32Array;
  }

  act(observation: Float32Array): number {
    return argmax(this.actionValues(observation));
  }

  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
    const learner = {
      choose: () => this.choose(),
      stepped: () => this.stepped(),
      learn: () => this.learn(),
    };
    return this.loop.train(this, { ...options, learner, rhythm: this.settings });
  }

  setOption(key: string, value: unknown): void {
    changeOption(this.algorithm, optionSpecs, this.options, key, value);
  }

  /** ε-greedy: at random with probability ε, else greedy. Whether a random action is the greedy one too matters to targets of several steps alone. */
  private choose(): Choice {
    const { observation } = this.loop.session;
    if (this.exploring.uniform() >= this.exploration(this.steps)) return { action: this.act(observation) };
    const action = this.explore();
    return { action, explored: this.settings.multiStep === 1 || action !== this.act(observation) };
  }

  /** A random action, held by chance as in temporally extended exploration (Dabney et al. 2021), with no change to how often there is one. */
  private explore(): number {
    const { exploring, explored } = this;
    const { explorationPersistence: persistence } = this.settings;
    const held = persistence > 0 && explored.action >= 0 && exploring.uniform() < persistence;
    if (!held) explored.action = exploring.integer(this.actions);
    return explored.action;
  }

  private stepped(): void {
    this.priorities?.add(this.loop.replay.newest);
    if (this.steps % this.settings.targetUpdateInterval === 0) this.syncTarget.run();
  }

  private learn(): UpdateEvent {
    const { learningRate, finalRateShare, rateDecaySteps } = this.settings;
    this.optimizer.learningRate = linear(learningRate, learningRate * finalRateShare, rateDecaySteps)(this.steps);
    this.sample();
    this.update.run();
    const [[loss], [meanQ], tdErrors] = this.update.outputs;
    this.priorities?.update(this.rows, tdErrors);
    return this.loop.session.updated(loss, { meanQ, epsilon: this.exploration(this.steps) });
  }

  /** Fills the update's inputs from the replay buffer. */
  private sample(): void {
    const { loop, priorities, batch, rows } = this;
    const { multiStep, discount, importanceStart, importanceSteps } = this.settings;
    const reach = { steps: multiStep, discount };
    if (!priorities) return loop.sample(batch, reach);
    const weights = this.update.inputs[5] as Float32Array;
    const beta = linear(importanceStart, 1, importanceSteps)(this.steps);
    priorities.draw(rows, weights, { random: loop.sampling, size: loop.replay.size, beta });
    loop.replay.take(batch, rows, reach);
  }

  policy = (): Uint8Array => this.kept.policy();
  loadPolicy = (bytes: Uint8Array): void => this.kept.loadPolicy(bytes);
  save = (path: string): Promise<void> => this.kept.save(path);
  load = (path: string): Promise<void> => this.kept.load(path);
  checkpoint = (): Uint8Array => this.kept.checkpoint();
  restore = (bytes: Uint8Array): void => this.kept.restore(bytes);
  curveHash = (): Promise<string> => this.kept.curveHash();

  inspect(observation: Float32Array): { readonly actionValues: Float32Array; readonly value: number } {
    const actionValues = this.actionValues(observation).slice();
    return { actionValues, value: actionValues[argmax(actionValues)] };
  }
}

export const dqn: AlgorithmSpec = {
  name: "dqn",
  title: "DQN",
  summary: "Action values by a network, learned from replayed transitions towards a slower target network.",
  options: optionSpecs,
  fits,
  tuned: (id) => ({ ...tuned[id] }),
  create: (environment, options) => new DQN(environment, options),
};

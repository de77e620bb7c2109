// The training loops of rows I, as data: whole loops on CartPole-v1 at the peers' published options, and our own options until it is solved.
import type { PeerFigure } from "./peers.ts";

export interface LoopWork {
  readonly name: string;
  readonly title: string;
  readonly algorithm: string;
  /** Over the defaults; undefined: our own tuned ones. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Environment steps before the clock starts: learning has begun, kernels and code are compiled. */
  readonly warmUp: number;
  /** How the peer's options differ from what ours can be told, in words. */
  readonly differs?: string;
  readonly peer?: PeerFigure;
  /** How many times the peer's steps a second are to be reached. */
  readonly reach?: number;
  /** Until the mean return of the last 100 episodes of training is 475: the seconds of one core to be reached. */
  readonly solveWithin?: number;
}

const SOURCE = "2026, one core, torch 2.13";

export const loopWorks: readonly LoopWork[] = [
  {
    name: "I-dqn-cleanrl",
    title: "DQN, CleanRL's options: 120-84, batch 128 every 10 steps",
    algorithm: "dqn",
    options: {
      hidden: [120, 84],
      learningRate: 2.5e-4,
      finalRateShare: 1,
      bufferSize: 10_000,
      batchSize: 128,
      learningStarts: 10_000,
      trainInterval: 10,
      targetUpdateInterval: 500,
      targetBlend: 1,
      explorationEnd: 0.05,
      explorationSteps: 250_000,
      double: false,
      multiStep: 1,
      clipNorm: 0,
      loss: "squared",
    },
    warmUp: 20_000,
    peer: {
      library: "cleanrl",
      program: ["rl_cleanrl.py", "--algo", "dqn", "--cap", "30"],
      stepsPerSecond: 5869,
      source: SOURCE,
      learned: "475 after 251 576 to 304 547 steps (3 seeds)",
    },
    reach: 8,
  },
  {
    name: "I-ppo-cleanrl",
    title: "PPO, CleanRL's options: 64-64 tanh, 4×128 steps, 4 epochs of 4 minibatches",
    algorithm: "ppo",
    options: {
      hidden: [64, 64],
      environments: 4,
      rolloutSteps: 128,
      epochs: 4,
      minibatches: 4,
      learningRate: 2.5e-4,
      rateDecaySteps: 500_000,
      clipValues: true,
      entropyWeight: 0.01,
    },
    warmUp: 20_000,
    peer: {
      library: "cleanrl",
      program: ["rl_cleanrl.py", "--algo", "ppo", "--cap", "30"],
      stepsPerSecond: 6008,
      source: SOURCE,
      learned: "475 after 234 796 to 294 892 steps (3 seeds)",
    },
    reach: 20,
  },
  {
    name: "I-dqn-sb3",
    title: "DQN, Stable-Baselines3's defaults: 64-64, batch 32 every 4 steps",
    algorithm: "dqn",
    options: {
      hidden: [64, 64],
      learningRate: 1e-4,
      finalRateShare: 1,
      bufferSize: 1_000_000,
      batchSize: 32,
      learningStarts: 100,
      trainInterval: 4,
      targetUpdateInterval: 10_000,
      targetBlend: 1,
      explorationEnd: 0.05,
      explorationSteps: 100_000,
      double: false,
      multiStep: 1,
    },
    warmUp: 20_000,
    peer: {
      library: "sb3",
      program: ["rl_sb3.py", "--algo", "dqn", "--steps", "20000"],
      stepsPerSecond: 2222,
      source: SOURCE,
      learned: "215 at best in 150 s",
    },
    reach: 15,
  },
  {
    name: "I-ppo-sb3",
    title: "PPO, Stable-Baselines3's defaults: 64-64 tanh, 2048 steps, 10 epochs of batches of 64",
    algorithm: "ppo",
    options: {
      hidden: [64, 64],
      environments: 1,
      rolloutSteps: 2048,
      epochs: 10,
      minibatches: 32,
      learningRate: 3e-4,
      finalRateShare: 1,
    },
    warmUp: 20_480,
    peer: {
      library: "sb3",
      program: ["rl_sb3.py", "--algo", "ppo", "--steps", "20000"],
      stepsPerSecond: 1606,
      source: SOURCE,
      learned: "475 after 65 842 steps",
    },
    reach: 15,
  },
  {
    name: "I-a2c-sb3",
    title: "A2C, Stable-Baselines3's defaults: 64-64 tanh, one environment, 5 steps",
    algorithm: "a2c",
    options: {
      hidden: [64, 64],
      environments: 1,
      rolloutSteps: 5,
      learningRate: 7e-4,
      finalRateShare: 1,
      entropyWeight: 0,
    },
    warmUp: 20_000,
    differs: "Adam in place of RMSprop",
    peer: {
      library: "sb3",
      program: ["rl_sb3.py", "--algo", "a2c", "--steps", "20000"],
      stepsPerSecond: 874,
      source: SOURCE,
      learned: "307 at best in 150 s",
    },
    reach: 15,
  },
  { name: "I-ppo", title: "PPO, our own tuned options", algorithm: "ppo", warmUp: 20_480, solveWithin: 2 },
  {
    name: "I-dqn",
    title: "DQN, our own options for speed: 64-64, batch 64 every 4 steps",
    algorithm: "dqn",
    // Found on seeds 1001 to 1007, each solved in 1.1 to 1.3 s.
    options: {
      hidden: [64, 64],
      learningRate: 2e-3,
      learningStarts: 500,
      trainInterval: 4,
      targetUpdateInterval: 4,
      explorationEnd: 0.01,
      explorationSteps: 6000,
    },
    warmUp: 10_000,
    solveWithin: 3,
  },
];

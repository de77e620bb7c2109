// @agon/rl: algorithms, one file each, and the parts they import.
export type { Agent, EpisodeEvent, StepEvent, TrainEvent, TrainOptions, UpdateEvent } from "./agent.ts";
export { A2C, type A2COptions } from "./algorithms/a2c.ts";
export { DQN, type DQNOptions } from "./algorithms/dqn.ts";
export { algorithms, findAlgorithm } from "./algorithms/index.ts";
export { QLearning, type QLearningOptions } from "./algorithms/q-learning.ts";
export { RandomPlay, type RandomPlayOptions } from "./algorithms/random.ts";
export { Reinforce, type ReinforceOptions } from "./algorithms/reinforce.ts";
export { Sarsa, type SarsaOptions } from "./algorithms/sarsa.ts";
export { type EvaluateOptions, type Evaluation, evaluate, playEpisodes, summarise } from "./evaluate.ts";

export { type DriveOptions, drive } from "@agon/runs";
export { argmax, linear, type Schedule } from "./parts/exploration.ts";
export { OptionError } from "./parts/options.ts";
export { discountedReturns, generalisedAdvantages, type Rollout } from "./parts/returns.ts";
export { greedyPolicy, policyValue } from "./parts/table-policy.ts";
export type { AlgorithmSpec, OptionSpec } from "./registry.ts";

// @agon/rl: algorithms, one file each, and the parts they import.
export type { Agent, EpisodeEvent, StepEvent, Thought, TrainEvent, TrainOptions, UpdateEvent } from "./agent.ts";
export { A2C, type A2COptions } from "./algorithms/a2c.ts";
export { DDPG, type DDPGOptions } from "./algorithms/ddpg.ts";
export { DQN, type DQNOptions } from "./algorithms/dqn.ts";
export { DynaQ, type DynaQOptions } from "./algorithms/dyna-q.ts";
export { algorithms, findAlgorithm } from "./algorithms/index.ts";
export { MonteCarlo, type MonteCarloOptions } from "./algorithms/monte-carlo.ts";
export { NStepSarsa, type NStepSarsaOptions } from "./algorithms/n-step-sarsa.ts";
export { PolicyIteration, type PolicyIterationOptions } from "./algorithms/policy-iteration.ts";
export { PPO, type PPOOptions } from "./algorithms/ppo.ts";
export { QLearning, type QLearningOptions } from "./algorithms/q-learning.ts";
export { RandomPlay, type RandomPlayOptions } from "./algorithms/random.ts";
export { Reinforce, type ReinforceOptions } from "./algorithms/reinforce.ts";
export { SAC, type SACOptions } from "./algorithms/sac.ts";
export { Sarsa, type SarsaOptions } from "./algorithms/sarsa.ts";
export { SarsaLambda, type SarsaLambdaOptions } from "./algorithms/sarsa-lambda.ts";
export { TD3, type TD3Options } from "./algorithms/td3.ts";
export { ValueIteration, type ValueIterationOptions } from "./algorithms/value-iteration.ts";
export { type EvaluateOptions, type Evaluation, evaluate, playEpisodes, summarise } from "./evaluate.ts";

export { type DriveOptions, drive } from "@agon/runs";
export {
  bernoulliEntropy,
  bernoulliLogProbability,
  categoricalEntropy,
  categoricalKl,
  categoricalLogProbability,
  normalEntropy,
  normalKl,
  normalLogProbability,
  type SquashOptions,
  squashedNormal,
} from "./parts/distributions.ts";
export { argmax, linear, type Schedule } from "./parts/exploration.ts";
export type { ActionThought } from "./parts/action-scale.ts";
export { OptionError } from "./parts/options.ts";
export {
  normalised,
  type PolicyBatch,
  policyGradientLoss,
  ppoLoss,
  type PPOLoss,
  type PPOLossOptions,
} from "./parts/policy-losses.ts";
export { importanceWeight, priority, SumTree } from "./parts/priorities.ts";
export { type Atoms, projectCategorical, quantileHuber } from "./parts/return-distributions.ts";
export {
  discountedReturns,
  type Experience,
  generalisedAdvantages,
  lambdaReturns,
  nStepReturns,
  type Rollout,
} from "./parts/returns.ts";
export { greedyPolicy, optimalValue, policyValue } from "./parts/table-policy.ts";
export {
  bestValue,
  bootstrapped,
  chosenValue,
  clippedDoubleValue,
  doubleValue,
  dueling,
  smoothed,
  softValue,
  tdTarget,
} from "./parts/targets.ts";
export { type OffPolicyRollout, type VTraceOptions, vTrace } from "./parts/v-trace.ts";
export type { AlgorithmSpec, OptionSpec } from "./registry.ts";

// All algorithms by name.
import type { AlgorithmSpec } from "../registry.ts";
import { nearest, OptionError } from "../parts/options.ts";
import { a2c } from "./a2c.ts";
import { ddpg } from "./ddpg.ts";
import { dqn } from "./dqn.ts";
import { dynaQ } from "./dyna-q.ts";
import { monteCarlo } from "./monte-carlo.ts";
import { nStepSarsa } from "./n-step-sarsa.ts";
import { policyIteration } from "./policy-iteration.ts";
import { ppo } from "./ppo.ts";
import { qLearning } from "./q-learning.ts";
import { randomPlay } from "./random.ts";
import { reinforce } from "./reinforce.ts";
import { sac } from "./sac.ts";
import { sarsa } from "./sarsa.ts";
import { sarsaLambda } from "./sarsa-lambda.ts";
import { td3 } from "./td3.ts";
import { valueIteration } from "./value-iteration.ts";

/** The one that fits everything comes last: it is chosen where no other fits. */
export const algorithms: readonly AlgorithmSpec[] = [
  dqn,
  ppo,
  a2c,
  reinforce,
  sac,
  td3,
  ddpg,
  qLearning,
  sarsa,
  sarsaLambda,
  nStepSarsa,
  monteCarlo,
  dynaQ,
  valueIteration,
  policyIteration,
  randomPlay,
];

/** The algorithm of that name; an unknown one is answered with the nearest names. */
export const findAlgorithm = (name: string): AlgorithmSpec => {
  const found = algorithms.find((algorithm) => algorithm.name === name);
  if (found) return found;
  const names = algorithms.map((algorithm) => algorithm.name);
  throw new OptionError(`unknown algorithm "${name}"; nearest: ${nearest(name, names).join(", ")}.`);
};

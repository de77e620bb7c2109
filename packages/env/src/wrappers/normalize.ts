// Observations and rewards brought to unit scale by running statistics: saved with an agent, frozen in its evaluation.
import { box } from "../box.ts";
import type { Environment, VectorEnvironment } from "../environment.ts";
import type { BoxSpace } from "../spaces.ts";
import { forward, forwardVector, isVector } from "./forward.ts";
import { RunningMoments, type RunningMomentsState } from "./running-moments.ts";

export interface NormalizeObservationOptions {
  /** Added to the variance. Default 10⁻⁸. */
  readonly epsilon?: number;
  /** Statistics to go on with, such as those of training in evaluation. Default: new ones. */
  readonly statistics?: RunningMoments;
}

/** What a normalised environment has beside its own members. */
export interface ObservationNormalizing {
  /** Freeze them for evaluation, save them with the agent: `frozen`, `toJSON()`, `restore(…)`. Snapshots of the environment do not hold them. */
  readonly statistics: RunningMoments;
}

/**
 * A running environment whose observations are (x − mean)/√(variance + epsilon) with the mean and variance of all that was observed so far.
 * Over a vector environment all lanes share the statistics. Gymnasium's NormalizeObservation.
 */
export function normalizeObservation(
  environment: Environment,
  options?: NormalizeObservationOptions,
): Environment & ObservationNormalizing;
export function normalizeObservation(
  environment: VectorEnvironment,
  options?: NormalizeObservationOptions,
): VectorEnvironment & ObservationNormalizing;
export function normalizeObservation(
  environment: Environment | VectorEnvironment,
  { epsilon = 1e-8, statistics }: NormalizeObservationOptions = {},
): (Environment | VectorEnvironment) & ObservationNormalizing {
  const space = unbounded(environment.definition);
  const moments = statistics ?? new RunningMoments(space.size);
  if (moments.mean.length !== space.size)
    throw new RangeError(`normalizeObservation: statistics of ${moments.mean.length} elements for ${space}.`);
  const scale = (from: Float32Array, to: Float32Array): Float32Array => {
    const { mean, variance } = moments;
    for (let i = 0; i < from.length; i++) {
      const element = i % space.size;
      to[i] = (from[i] - mean[element]) / Math.sqrt(variance[element] + epsilon);
    }
    return to;
  };
  const take = (observation: Float32Array): Float32Array => {
    moments.update(observation);
    return scale(observation, observation);
  };
  if (isVector(environment)) return normalizeVectorObservations(environment, { space, moments, scale });
  return forward(environment, {
    statistics: moments,
    observationSpace: space,
    reset(request) {
      const { observation, info } = environment.reset(request);
      return { observation: take(observation), info };
    },
    step(action) {
      const result = environment.step(action);
      return { ...result, observation: take(result.observation) };
    },
    stepInto(action, out) {
      const reward = environment.stepInto(action, out);
      take(out);
      return reward;
    },
  } satisfies Partial<Environment> & ObservationNormalizing);
}

function normalizeVectorObservations(
  environment: VectorEnvironment,
  {
    space,
    moments,
    scale,
  }: { space: BoxSpace; moments: RunningMoments; scale: (from: Float32Array, to: Float32Array) => Float32Array },
): VectorEnvironment & ObservationNormalizing {
  const observations = new Float32Array(environment.observations.length);
  const finalObservations = new Float32Array(environment.finalObservations.length);
  return forwardVector(environment, {
    statistics: moments,
    singleObservationSpace: space,
    observations,
    finalObservations,
    reset(request) {
      const { mask } = request ?? {};
      environment.reset(request);
      moments.update(environment.observations, mask && Array.from(mask, (flag) => (flag === 0 ? 1 : 0)));
      return scale(environment.observations, observations);
    },
    step(actions) {
      environment.step(actions);
      moments.update(environment.observations);
      scale(environment.observations, observations);
      scale(environment.finalObservations, finalObservations);
    },
    restore(snapshots) {
      environment.restore(snapshots);
      scale(environment.observations, observations);
    },
  } satisfies Partial<VectorEnvironment> & ObservationNormalizing);
}

function unbounded({ id, observation }: Environment["definition"]): BoxSpace {
  if (observation.kind === "box") return box(observation.shape, { low: -Infinity, high: Infinity });
  throw new TypeError(
    `normalizeObservation: observations of ${id} are ${observation}; expected a box: use flattenObservation first.`,
  );
}

export interface NormalizeRewardOptions {
  /** Discount of the running return. Default 0.99. */
  readonly gamma?: number;
  /** Added to the variance. Default 10⁻⁸. */
  readonly epsilon?: number;
}

/** Statistics of discounted returns, and the returns themselves, one a lane. */
export class RewardStatistics {
  readonly moments: RunningMoments = new RunningMoments(1);
  readonly returns: Float64Array;

  constructor(lanes: number) {
    this.returns = new Float64Array(lanes);
  }

  get frozen(): boolean {
    return this.moments.frozen;
  }

  /** While true rewards are scaled by the variance as it is: for evaluation. */
  set frozen(frozen: boolean) {
    this.moments.frozen = frozen;
  }

  toJSON(): { moments: RunningMomentsState; returns: number[] } {
    return { moments: this.moments.toJSON(), returns: Array.from(this.returns) };
  }

  /** Goes on from what `toJSON` gave. */
  restore({ moments, returns }: { moments: RunningMomentsState; returns: readonly number[] }): void {
    if (returns.length !== this.returns.length)
      throw new RangeError(`RewardStatistics: a state of ${returns.length} lanes for ${this.returns.length}.`);
    this.moments.restore(moments);
    this.returns.set(returns);
  }
}

/** What an environment with normalised rewards has beside its own members. */
export interface RewardNormalizing {
  /** Freeze them for evaluation, save them with the agent: `frozen`, `toJSON()`, `restore(…)`. Snapshots of the environment do not hold them. */
  readonly statistics: RewardStatistics;
}

/**
 * A running environment whose rewards are r/√(Var(G) + epsilon), with the variance of the discounted returns G ← γ·G·(1 − terminated) + r so far.
 * The scores `episodeReturn` and `info.episode` stay those of the environment inside. Gymnasium's NormalizeReward.
 */
export function normalizeReward(
  environment: Environment,
  options?: NormalizeRewardOptions,
): Environment & RewardNormalizing;
export function normalizeReward(
  environment: VectorEnvironment,
  options?: NormalizeRewardOptions,
): VectorEnvironment & RewardNormalizing;
export function normalizeReward(
  environment: Environment | VectorEnvironment,
  { gamma = 0.99, epsilon = 1e-8 }: NormalizeRewardOptions = {},
): (Environment | VectorEnvironment) & RewardNormalizing {
  if (!(gamma >= 0 && gamma <= 1)) throw new RangeError(`normalizeReward: gamma must be from 0 to 1; got ${gamma}.`);
  if (!(epsilon > 0)) throw new RangeError(`normalizeReward: epsilon must be above 0; got ${epsilon}.`);
  if (isVector(environment)) return normalizeVectorRewards(environment, { gamma, epsilon });
  const statistics = new RewardStatistics(1);
  const { moments, returns } = statistics;
  const scale = (reward: number, terminated: boolean): number => {
    returns[0] = returns[0] * gamma * (terminated ? 0 : 1) + reward;
    moments.update(returns);
    return reward / Math.sqrt(moments.variance[0] + epsilon);
  };
  return forward(environment, {
    statistics,
    step(action) {
      const result = environment.step(action);
      return { ...result, reward: scale(result.reward, result.terminated) };
    },
    stepInto(action, out) {
      const reward = environment.stepInto(action, out);
      return scale(reward, environment.terminated);
    },
  } satisfies Partial<Environment> & RewardNormalizing);
}

function normalizeVectorRewards(
  environment: VectorEnvironment,
  { gamma, epsilon }: { gamma: number; epsilon: number },
): VectorEnvironment & RewardNormalizing {
  const { count } = environment;
  const statistics = new RewardStatistics(count);
  const { moments, returns } = statistics;
  const rewards = new Float64Array(count);
  return forwardVector(environment, {
    statistics,
    rewards,
    reset(request) {
      const { mask } = request ?? {};
      for (let lane = 0; lane < count; lane++) if (!mask || mask[lane] !== 0) returns[lane] = 0;
      rewards.fill(0);
      return environment.reset(request);
    },
    step(actions) {
      environment.step(actions);
      const { rewards: given, terminated, truncated, started } = environment;
      for (let lane = 0; lane < count; lane++) {
        if (started[lane] === 0) returns[lane] = returns[lane] * gamma * (1 - terminated[lane]) + given[lane];
      }
      moments.update(returns, started);
      const unit = Math.sqrt(moments.variance[0] + epsilon);
      for (let lane = 0; lane < count; lane++) rewards[lane] = given[lane] / unit;
      if (environment.autoreset !== "same-step") return;
      for (let lane = 0; lane < count; lane++) if ((terminated[lane] | truncated[lane]) !== 0) returns[lane] = 0;
    },
  } satisfies Partial<VectorEnvironment> & RewardNormalizing);
}

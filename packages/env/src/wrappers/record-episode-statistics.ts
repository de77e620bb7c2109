// Returns, lengths and times of the last episodes.
import type { Environment, VectorEnvironment } from "../environment.ts";
import { forward, forwardVector, isVector } from "./forward.ts";

export interface RecordEpisodeStatisticsOptions {
  /** How many of the last episodes are kept. Default 100. */
  readonly bufferLength?: number;
  /** A clock in seconds, such as `() => performance.now() / 1000`; without one no times are kept. */
  readonly clock?: () => number;
}

/** What a recorded environment has beside its own members; the last episodes, oldest first. */
export interface EpisodeStatistics {
  /** Sums of rewards. */
  readonly returnQueue: readonly number[];
  /** Steps. */
  readonly lengthQueue: readonly number[];
  /** Seconds from reset to end; empty without a clock. */
  readonly timeQueue: readonly number[];
  /** Episodes that ended, all of them. */
  readonly episodeCount: number;
}

/**
 * A running environment that keeps the returns and lengths of its last episodes. (That of the episode just ended also stands in `info.episode`
 * of `step`, and in `episodeReturns` of vectors, without a wrapper.) Gymnasium's RecordEpisodeStatistics.
 */
export function recordEpisodeStatistics(
  environment: Environment,
  options?: RecordEpisodeStatisticsOptions,
): Environment & EpisodeStatistics;
export function recordEpisodeStatistics(
  environment: VectorEnvironment,
  options?: RecordEpisodeStatisticsOptions,
): VectorEnvironment & EpisodeStatistics;
export function recordEpisodeStatistics(
  environment: Environment | VectorEnvironment,
  { bufferLength = 100, clock }: RecordEpisodeStatisticsOptions = {},
): (Environment | VectorEnvironment) & EpisodeStatistics {
  if (!Number.isSafeInteger(bufferLength) || bufferLength < 1)
    throw new RangeError(`recordEpisodeStatistics: bufferLength must be a positive whole number; got ${bufferLength}.`);
  const record = new EpisodeRecord(bufferLength, clock);
  return isVector(environment) ? recordVector(environment, record) : recordSingle(environment, record);
}

function recordSingle(environment: Environment, record: EpisodeRecord): Environment & EpisodeStatistics {
  const note = (): void => {
    if (environment.terminated || environment.truncated)
      record.end(0, environment.episodeReturn, environment.episodeLength);
  };
  return forward(environment, {
    ...record.queues,
    get episodeCount() {
      return record.episodeCount;
    },
    reset(request) {
      record.start(0);
      return environment.reset(request);
    },
    step(action) {
      const result = environment.step(action);
      note();
      return result;
    },
    stepInto(action, out) {
      const reward = environment.stepInto(action, out);
      note();
      return reward;
    },
  } satisfies Partial<Environment> & EpisodeStatistics);
}

function recordVector(environment: VectorEnvironment, record: EpisodeRecord): VectorEnvironment & EpisodeStatistics {
  const { count } = environment;
  return forwardVector(environment, {
    ...record.queues,
    get episodeCount() {
      return record.episodeCount;
    },
    reset(request) {
      for (let lane = 0; lane < count; lane++) if (!request?.mask || request.mask[lane] !== 0) record.start(lane);
      return environment.reset(request);
    },
    step(actions) {
      environment.step(actions);
      const { started, terminated, truncated, episodeReturns, episodeLengths } = environment;
      for (let lane = 0; lane < count; lane++) {
        if (started[lane] !== 0) record.start(lane);
        if ((terminated[lane] | truncated[lane]) === 0) continue;
        record.end(lane, episodeReturns[lane], episodeLengths[lane]);
        if (environment.autoreset === "same-step") record.start(lane);
      }
    },
  } satisfies Partial<VectorEnvironment> & EpisodeStatistics);
}

class EpisodeRecord {
  readonly queues = { returnQueue: [] as number[], lengthQueue: [] as number[], timeQueue: [] as number[] };
  episodeCount = 0;
  readonly #starts: number[] = [];
  readonly #bufferLength: number;
  readonly #clock?: () => number;

  constructor(bufferLength: number, clock: (() => number) | undefined) {
    this.#bufferLength = bufferLength;
    this.#clock = clock;
  }

  start(lane: number): void {
    if (this.#clock) this.#starts[lane] = this.#clock();
  }

  end(lane: number, episodeReturn: number, length: number): void {
    const { returnQueue, lengthQueue, timeQueue } = this.queues;
    this.episodeCount++;
    returnQueue.push(episodeReturn);
    lengthQueue.push(length);
    if (this.#clock) timeQueue.push(this.#clock() - this.#starts[lane]);
    for (const queue of [returnQueue, lengthQueue, timeQueue]) if (queue.length > this.#bufferLength) queue.shift();
  }
}

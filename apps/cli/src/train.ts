// agon train: one run from its seed to its evaluation, kept in a folder if asked, continued if interrupted.
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent, EpisodeEvent, TrainEvent } from "@agon/rl";
import { createStatusLine, type Json, progressText, type RunSpec, scoreDigits, type Terminal } from "@agon/runs";
import { RunFolder } from "@agon/runs/node";
import { BadInput, Diverged, exitStatus, Interrupted } from "./failure.ts";
import type { Evaluation, Library, Numerics } from "./library.ts";
import type { Settings } from "./settings.ts";

/** What the verbs need of the process around them. */
export interface Surroundings {
  readonly stderr: Terminal;
  /** Milliseconds from some fixed moment. */
  readonly now: () => number;
  /** Seconds of processor time that the process has taken. */
  readonly processorSeconds: () => number;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}

/** The object that `--json` prints. */
export interface TrainResult {
  readonly algorithm: string;
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly trainingEpisodes: number;
  /** Of training alone, in this process. */
  readonly seconds: number;
  /** The same by processor time: whatever else the machine is busy with. */
  readonly processorSeconds: number;
  readonly stepsPerSecond: number;
  readonly evaluation: Evaluation;
  readonly curveHash: string;
  readonly numerics: Numerics;
  /** Of the vectors that computed it; results do not depend on them. */
  readonly vectorBits: 128 | 256;
}

/** A checkpoint is written this often, beside the first and the last. */
const CHECKPOINT_MILLISECONDS = 15_000;
/** One call of `train` takes about this long: a signal and the progress line wait no longer, even where no episode ends. */
const SLICE_MILLISECONDS = 50;
/** Evaluation never meets the episodes of training. */
const EVALUATION_SEED = 1_000_000;

export const evaluationSeed = (seed: number): number => EVALUATION_SEED + seed;

/** The self-check of 256-bit vectors takes half a second; DQN on CartPole has gained as much after about so many steps. */
const STEPS_WORTH_WIDENING = 100_000;

export interface TrainChoices {
  /** Folder that keeps the run; without it nothing is kept. */
  readonly out: string | undefined;
  /** Vectors of 256 bits, where they change no bit. */
  readonly allowWide: boolean;
}

export const train = async (
  library: Library,
  settings: Settings,
  { out, allowWide }: TrainChoices,
  surroundings: Surroundings,
): Promise<TrainResult> => {
  const { algorithm, environment, seed, steps, maxEpisodes, episodes } = settings;
  const widen = allowWide && algorithm.tabular !== true && steps >= STEPS_WORTH_WIDENING;
  const { numerics, vectorBits } = await library.selectArithmetic({ numerics: settings.numerics, widen });
  const agent = algorithm.create(environment, { ...settings.options, seed });
  const folder = out === undefined ? null : await RunFolder.create(out, specOf(library, settings, agent, numerics));
  const finished = (await folder?.readResult()) as TrainResult | null | undefined;
  const ended = finished?.steps === steps || (finished?.trainingEpisodes ?? 0) >= maxEpisodes;
  if (finished && ended && finished.evaluation.episodes === episodes) return finished;
  if (folder !== null) await prepare(folder, agent, settings);

  const first = agent.steps;
  const { trainingEpisodes, seconds, processorSeconds } = await trainTo(library, agent, settings, folder, surroundings);
  const { mean, std } = await evaluateAgent(
    library,
    agent,
    environment,
    { episodes, seed: evaluationSeed(seed) },
    surroundings,
  );
  const result: TrainResult = {
    algorithm: algorithm.name,
    environment: environment.id,
    seed,
    steps: agent.steps,
    trainingEpisodes,
    seconds,
    processorSeconds,
    stepsPerSecond: seconds > 0 ? (agent.steps - first) / seconds : 0,
    evaluation: { episodes, mean, std },
    curveHash: await agent.curveHash(),
    numerics,
    vectorBits,
  };
  await folder?.writeResult(result);
  return result;
};

const specOf = (library: Library, settings: Settings, agent: Agent, numerics: Numerics): RunSpec => ({
  algorithm: settings.algorithm.name,
  environment: settings.environment.id,
  ...environmentOptions(settings.environment),
  options: agent.options as Readonly<Record<string, Json>>,
  seed: settings.seed,
  numerics,
  versions: library.versions,
});

export const environmentOptions = ({
  arguments: given = {},
}: EnvironmentDefinition): Pick<RunSpec, "environmentOptions"> =>
  Object.keys(given).length === 0 ? {} : { environmentOptions: given as Readonly<Record<string, Json>> };

/** Brings the agent to where the folder's run stands, and the folder to what is planned now. */
const prepare = async (folder: RunFolder, agent: Agent, { steps, maxEpisodes, episodes }: Settings): Promise<void> => {
  await restoreAgent(folder, agent);
  if (agent.steps > steps) {
    throw new BadInput(
      `--steps is ${steps}, but the run in ${folder.path} has taken ${agent.steps}; ask for at least as many.`,
    );
  }
  await folder.rewindMetrics(agent.steps);
  await folder.removeResult();
  await folder.writePlan({ steps, episodes, ...(Number.isFinite(maxEpisodes) ? { maxEpisodes } : {}) });
};

/** Puts the folder's checkpoint, if there is one, into the agent; returns whether there is. */
export const restoreAgent = async (folder: RunFolder, agent: Agent): Promise<boolean> => {
  const checkpoint = await folder.readCheckpoint();
  if (checkpoint === null) return false;
  try {
    agent.restore(checkpoint);
  } catch (error) {
    throw new BadInput(
      `Folder ${folder.path} holds a damaged checkpoint: ${(error as Error).message} Delete the folder and train anew.`,
    );
  }
  return true;
};

/** Trains until `agent.steps` reaches `steps`, or the episodes their limit; returns how long it took. Stops early, checkpoint written, if interrupted. */
const trainTo = async (
  library: Library,
  agent: Agent,
  { steps, maxEpisodes }: Settings,
  folder: RunFolder | null,
  { stderr, now, processorSeconds: processor, signal }: Surroundings,
): Promise<Pick<TrainResult, "trainingEpisodes" | "seconds" | "processorSeconds">> => {
  const metrics: (TrainEvent & { readonly step: number })[] = [];
  let latestReturn: number | null = null;
  let trainingEpisodes = ((await folder?.readMetrics())?.at(-1) as EpisodeEvent | undefined)?.episode ?? 0;
  const enough = new AbortController();
  if (trainingEpisodes >= maxEpisodes) enough.abort();
  const stop = AbortSignal.any([signal, enough.signal]);
  let kept = agent.steps;
  const keep = async (): Promise<void> => {
    await folder?.appendMetrics(metrics.splice(0));
    await folder?.writeCheckpoint(agent.checkpoint());
    kept = agent.steps;
  };
  const onEvent = (event: TrainEvent): void => {
    if (event.type === "episode") [latestReturn, trainingEpisodes] = [event.return, event.episode];
    if (trainingEpisodes >= maxEpisodes) enough.abort();
    if (folder !== null) metrics.push(event);
  };
  const line = createStatusLine(stderr, now);
  const [from, start] = [agent.steps, now()];
  const show = (): void => {
    const seconds = (now() - start) / 1000;
    const latest = `return ${latestReturn === null ? "–" : scoreDigits(latestReturn)}`;
    line.show(() => progressText({ from, to: steps, step: agent.steps, seconds, unit: "steps", latest }));
  };
  let seconds = 0;
  let processorSeconds = 0;
  let stride = 16;
  let keepAt = now() + CHECKPOINT_MILLISECONDS;
  if (agent.steps === 0) await keep();
  try {
    while (agent.steps < steps && !stop.aborted) {
      show();
      const [begin, processorBegin] = [now(), processor()];
      const events = agent.train({ steps: Math.min(stride, steps - agent.steps) });
      await library.drive(events, { sliceMilliseconds: SLICE_MILLISECONDS, onEvent, signal: stop });
      await macrotask();
      const taken = now() - begin;
      seconds += taken / 1000;
      processorSeconds += processor() - processorBegin;
      stride = nextStride(stride, taken);
      if (folder === null || now() < keepAt) continue;
      await keep();
      keepAt = now() + CHECKPOINT_MILLISECONDS;
    }
    if (kept < agent.steps) await keep();
  } catch (error) {
    await folder?.appendMetrics(metrics.splice(0));
    throw exitStatus(error) === 3 ? divergence(error as Error, agent.steps, steps, folder, kept) : error;
  } finally {
    line.clear();
  }
  if (agent.steps < steps && !enough.signal.aborted)
    throw new Interrupted(`stopped at step ${agent.steps} of ${steps}; ${wayOn(folder)}`);
  return { trainingEpisodes, seconds, processorSeconds };
};

/** Steps of the next call, from how long the last one took; it grows slowly, because updates may start at any step. */
const nextStride = (stride: number, milliseconds: number): number =>
  Math.max(1, Math.round(stride * Math.min(2, SLICE_MILLISECONDS / Math.max(milliseconds, 1e-3))));

/** Lets signals, timers and the terminal have their turn. */
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const divergence = (error: Error, reached: number, steps: number, folder: RunFolder | null, kept: number): Diverged =>
  new Diverged(
    `${error.message} Training stopped after step ${reached} of ${steps}; ${
      folder === null
        ? "without --out nothing was kept."
        : `${folder.path} keeps the checkpoint of step ${kept}, the last good one.`
    }`,
    { cause: error },
  );

const wayOn = (folder: RunFolder | null): string =>
  folder === null ? "without --out nothing was kept." : `agon train --resume ${folder.path} goes on from there.`;

/** The agent on fresh episodes, its progress shown. */
export const evaluateAgent = async (
  library: Library,
  agent: Agent,
  environment: EnvironmentDefinition,
  options: { readonly episodes: number; readonly seed: number },
  { stderr, now, signal }: Surroundings,
): Promise<Evaluation> => {
  const line = createStatusLine(stderr, now);
  const returns: number[] = [];
  const onEvent = (total: number): void => {
    returns.push(total);
    line.show(() => `evaluating: ${returns.length} of ${options.episodes} episodes`);
  };
  const events = library.playEpisodes(agent, environment, options);
  try {
    await library.drive(events, { sliceMilliseconds: SLICE_MILLISECONDS, onEvent, signal });
  } finally {
    line.clear();
  }
  if (returns.length < options.episodes)
    throw new Interrupted(`stopped in the evaluation, after ${returns.length} of ${options.episodes} episodes.`);
  return library.summarise(returns);
};

// agon train: one run from its seed to its evaluation, kept in a folder if asked, continued if interrupted.
import type { Agent, TrainEvent } from "@agon/rl";
import type { Json, RunSpec } from "@agon/runs";
import { RunFolder } from "@agon/runs/node";
import { BadInput, Interrupted } from "./failure.ts";
import type { Evaluation, Library, Numerics } from "./library.ts";
import { createProgressLine } from "./progress.ts";
import type { Settings } from "./settings.ts";

/** What the verbs need of the process around them. */
export interface Surroundings {
  readonly stderr: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  /** Milliseconds from some fixed moment. */
  readonly now: () => number;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}

/** The object that `--json` prints. */
export interface TrainResult {
  readonly algorithm: string;
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  /** Of training alone, in this process. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly evaluation: Evaluation;
  readonly curveHash: string;
  readonly numerics: Numerics;
}

interface Keeping {
  readonly out?: string;
  /** Insist on a checkpoint being there. */
  readonly resume: boolean;
}

/** A checkpoint is written this often, beside the first and the last. */
const CHECKPOINT_MILLISECONDS = 15_000;
/** The event loop gets its turn this often: a signal is seen soon. */
const SLICE_MILLISECONDS = 50;
/** Evaluation never meets the episodes of training. */
const EVALUATION_SEED = 1_000_000;

export const evaluationSeed = (seed: number): number => EVALUATION_SEED + seed;

export const train = async (
  library: Library,
  settings: Settings,
  { out, resume }: Keeping,
  surroundings: Surroundings,
): Promise<TrainResult> => {
  const { algorithm, environment, seed, steps, episodes } = settings;
  if (resume && out === undefined) throw new BadInput("--resume needs --out FOLDER, the folder to go on in.");
  const numerics = await library.selectNumerics(settings.numerics);
  const agent = algorithm.create(environment, { ...settings.options, seed });
  const folder = out === undefined ? null : await RunFolder.create(out, specOf(library, settings, agent, numerics));
  if (folder !== null) await restore(folder, agent, steps, resume);

  const first = agent.steps;
  const seconds = await trainTo(library, agent, steps, folder, surroundings);
  const evaluation = await library.evaluate(agent, environment, { episodes, seed: evaluationSeed(seed) });
  const result: TrainResult = {
    algorithm: algorithm.name,
    environment: environment.id,
    seed,
    steps: agent.steps,
    seconds,
    stepsPerSecond: seconds > 0 ? (agent.steps - first) / seconds : 0,
    evaluation: { episodes: evaluation.episodes, mean: evaluation.mean, std: evaluation.std },
    curveHash: await agent.curveHash(),
    numerics,
  };
  await folder?.writeResult(result);
  return result;
};

const specOf = (library: Library, settings: Settings, agent: Agent, numerics: Numerics): RunSpec => ({
  algorithm: settings.algorithm.name,
  environment: settings.environment.id,
  options: agent.options as Readonly<Record<string, Json>>,
  seed: settings.seed,
  numerics,
  versions: library.versions,
});

const restore = async (folder: RunFolder, agent: Agent, steps: number, resume: boolean): Promise<void> => {
  const checkpoint = await folder.readCheckpoint();
  if (checkpoint === null) {
    if (resume) throw new BadInput(`--resume: folder ${folder.path} holds no checkpoint to go on from.`);
    return folder.rewindMetrics(0);
  }
  agent.restore(checkpoint);
  if (agent.steps > steps) {
    throw new BadInput(
      `--steps is ${steps}, but the run in ${folder.path} has taken ${agent.steps}; ask for at least as many.`,
    );
  }
  await folder.rewindMetrics(agent.steps);
};

/** Trains until `agent.steps` reaches `steps`; returns the seconds it took. Stops early, checkpoint written, if interrupted. */
const trainTo = async (
  library: Library,
  agent: Agent,
  steps: number,
  folder: RunFolder | null,
  { stderr, now, signal }: Surroundings,
): Promise<number> => {
  const progress = createProgressLine(stderr, { from: agent.steps, to: steps, now });
  const metrics: (TrainEvent & { readonly step: number })[] = [];
  const onEvent = (event: TrainEvent): void => {
    progress.update(event.step, event.type === "episode" ? event.return : null);
    if (folder !== null) metrics.push(event);
  };
  const keep = async (): Promise<void> => {
    await folder?.appendMetrics(metrics.splice(0));
    await folder?.writeCheckpoint(agent.checkpoint());
  };
  let seconds = 0;
  await folder?.removeResult();
  if (agent.steps === 0) await keep();
  try {
    while (agent.steps < steps && !signal.aborted) {
      const start = now();
      const pause = AbortSignal.any([signal, AbortSignal.timeout(CHECKPOINT_MILLISECONDS)]);
      const events = agent.train({ steps: steps - agent.steps });
      await library.drive(events, { sliceMilliseconds: SLICE_MILLISECONDS, onEvent, signal: pause });
      seconds += (now() - start) / 1000;
      await keep();
    }
  } finally {
    progress.clear();
  }
  if (agent.steps < steps) throw new Interrupted(interruptionText(agent.steps, steps, folder));
  return seconds;
};

const interruptionText = (reached: number, steps: number, folder: RunFolder | null): string =>
  folder === null
    ? `stopped at step ${reached} of ${steps}; without --out nothing was kept.`
    : `stopped at step ${reached} of ${steps}; the same command goes on from there.`;

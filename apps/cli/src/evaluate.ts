// agon eval: the agent of a run folder, tried on fresh episodes.
import { RunFolder } from "@agon/runs/node";
import { BadInput } from "./failure.ts";
import type { Evaluation, Library, Numerics } from "./library.ts";
import { findAlgorithm, findEnvironment } from "./settings.ts";
import { evaluationSeed } from "./train.ts";

export interface EvalResult {
  readonly algorithm: string;
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly evaluation: Evaluation;
  readonly numerics: Numerics;
}

export const evaluateFolder = async (
  library: Library,
  path: string,
  { episodes, seed }: { readonly episodes: number; readonly seed: number | undefined },
): Promise<EvalResult> => {
  const folder = await RunFolder.open(path);
  const { spec } = folder;
  const checkpoint = await folder.readCheckpoint();
  if (checkpoint === null) throw new BadInput(`Folder ${path} holds no checkpoint; train it first.`);
  const environment = findEnvironment(library, spec.environment);
  const numerics = await library.selectNumerics(spec.numerics as Numerics);
  const agent = findAlgorithm(library, spec.algorithm).create(environment, { ...spec.options, seed: spec.seed });
  agent.restore(checkpoint);
  const options = { episodes, seed: seed ?? evaluationSeed(spec.seed) };
  const { mean, std } = await library.evaluate(agent, environment, options);
  return {
    algorithm: spec.algorithm,
    environment: spec.environment,
    seed: options.seed,
    steps: agent.steps,
    evaluation: { episodes, mean, std },
    numerics,
  };
};

// agon eval: the agent of a run folder, tried on fresh episodes.
import { RunFolder } from "@agon/runs/node";
import { BadInput } from "./failure.ts";
import type { Evaluation, Library, Numerics } from "./library.ts";
import { buildEnvironment, findAlgorithm, findEnvironment } from "./settings.ts";
import { evaluateAgent, evaluationSeed, restoreAgent, type Surroundings } from "./train.ts";

export interface EvalResult {
  readonly algorithm: string;
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly evaluation: Evaluation;
  readonly numerics: Numerics;
}

export interface EvalPlan {
  readonly episodes: number;
  /** Of the episodes; default the ones that train uses. */
  readonly seed: number | undefined;
  /** Default the tier that the run was trained in. */
  readonly numerics: Numerics | undefined;
}

export const evaluateFolder = async (
  library: Library,
  path: string,
  plan: EvalPlan,
  surroundings: Surroundings,
): Promise<EvalResult> => {
  const folder = await RunFolder.open(path);
  const { spec } = folder;
  const algorithm = findAlgorithm(library, spec.algorithm);
  const environment = buildEnvironment(
    library,
    findEnvironment(library, spec.environment).id,
    spec.environmentOptions ?? {},
  );
  const { numerics } = await library.selectArithmetic({ numerics: plan.numerics ?? (spec.numerics as Numerics) });
  const agent = algorithm.create(environment, { ...spec.options, seed: spec.seed });
  if (!(await restoreAgent(folder, agent))) throw new BadInput(`Folder ${path} holds no checkpoint; train it first.`);
  const options = { episodes: plan.episodes, seed: plan.seed ?? evaluationSeed(spec.seed) };
  const { mean, std } = await evaluateAgent(library, agent, environment, options, surroundings);
  return {
    algorithm: spec.algorithm,
    environment: spec.environment,
    seed: options.seed,
    steps: agent.steps,
    evaluation: { episodes: options.episodes, mean, std },
    numerics,
  };
};

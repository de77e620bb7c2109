// agon train --resume FOLDER: everything but how far to go is taken from the run that stands there.
import { RunFolder } from "@agon/runs/node";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";
import type { OptionValue } from "./options.ts";
import { buildEnvironment, episodeLimit, findAlgorithm, findEnvironment, type Settings } from "./settings.ts";
import { integer } from "./values.ts";

export const settingsOfFolder = async (
  library: Library,
  path: string,
  asked: { readonly steps?: string; readonly maxEpisodes?: string; readonly episodes?: string },
): Promise<Settings> => {
  const folder = await RunFolder.open(path);
  const { spec } = folder;
  const plan = await folder.readPlan();
  const steps = asked.steps ?? plan?.steps;
  if (steps === undefined) throw new BadInput(`--resume ${path}: the folder does not say how far to go; give --steps.`);
  const environment = findEnvironment(library, spec.environment);
  return {
    algorithm: findAlgorithm(library, spec.algorithm),
    environment: buildEnvironment(library, environment.id, spec.environmentOptions ?? {}),
    options: spec.options as Readonly<Record<string, OptionValue>>,
    seed: spec.seed,
    steps: integer("--steps", steps, 1),
    maxEpisodes: episodeLimit(asked.maxEpisodes ?? plan?.maxEpisodes),
    episodes: integer("--episodes", asked.episodes ?? plan?.episodes ?? 100, 1),
    numerics: spec.numerics as Numerics,
  };
};

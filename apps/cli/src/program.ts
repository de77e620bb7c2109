// The verbs and their options, and what becomes of their results: text or one JSON object on stdout, an exit status.
import { availableParallelism } from "node:os";
import { Command, CommanderError } from "commander";
import { compare, comparisonTable } from "./compare.ts";
import { evaluateFolder } from "./evaluate.ts";
import { BadInput, exitStatus, failureText } from "./failure.ts";
import type { Library } from "./library.ts";
import {
  type Asked,
  findAlgorithm,
  findEnvironment,
  integer,
  numericsTier,
  parseAssignments,
  readConfig,
  resolveSettings,
} from "./settings.ts";
import { type Surroundings, train } from "./train.ts";

export interface Streams extends Surroundings {
  readonly stdout: { write(text: string): unknown };
}

interface TrainFlags {
  readonly seed?: string;
  readonly steps?: string;
  readonly episodes?: string;
  readonly numerics?: string;
  readonly set: readonly string[];
  readonly config?: string;
  readonly out?: string;
  readonly resume: boolean;
  readonly json: boolean;
}

/** Runs one command line, without the program's name, and returns the exit status. */
export const runProgram = async (
  library: Library,
  parameters: readonly string[],
  streams: Streams,
): Promise<number> => {
  try {
    await createProgram(library, streams).parseAsync(parameters, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    streams.stderr.write(`${failureText(error)}\n`);
    return exitStatus(error);
  }
};

const createProgram = (library: Library, streams: Streams): Command => {
  const program = new Command("agon")
    .description("Train, evaluate and compare reinforcement-learning agents")
    .version(library.versions["@agon/cli"] ?? "0.0.0")
    .exitOverride()
    .configureOutput({ writeOut: (text) => void streams.stdout.write(text), writeErr: () => {} });
  // Commands made from here on inherit the output and the override of exits.
  addTrain(program, library, streams);
  addEval(program, library, streams);
  addCompare(program, library, streams);
  addList(program, library, streams);
  return program;
};

const addTrain = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("train")
    .description("train an agent and evaluate it")
    .argument("[algorithm]", "see agon list")
    .argument("[environment]", "see agon list")
    .option("--seed <n>", "seed of everything random (default: 0)")
    .option("--steps <n>", "environment steps (default: 50000)")
    .option("--episodes <n>", "evaluation episodes (default: 100)")
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option("--set <key=value>", "set an option of the algorithm; repeatable", collect, [])
    .option("--config <file>", "JSON with algorithm, environment, seed, steps, episodes, numerics, options")
    .option("--out <folder>", "keep the run here; the same command goes on where it stopped")
    .option("--resume", "insist on going on from the folder's checkpoint", false)
    .option("--json", "print one JSON object", false)
    .action(async (algorithm: string | undefined, environment: string | undefined, flags: TrainFlags) => {
      const settings = resolveSettings(library, await askedFor(algorithm, environment, flags));
      const result = await train(library, settings, flags, streams);
      print(streams, flags.json, result, () => trainText(result));
    });
};

const trainText = ({
  algorithm,
  environment,
  steps,
  seconds,
  stepsPerSecond,
  evaluation,
  curveHash,
  numerics,
}: Awaited<ReturnType<typeof train>>): string =>
  `${algorithm} on ${environment}: ${evaluation.mean.toFixed(1)} ± ${evaluation.std.toFixed(1)} over ${evaluation.episodes} episodes\n` +
  `${steps} steps, ${seconds.toFixed(1)} s of training at ${Math.round(stepsPerSecond)} steps/s, curve ${curveHash.slice(0, 16)} (${numerics})`;

const askedFor = async (
  algorithm: string | undefined,
  environment: string | undefined,
  flags: TrainFlags,
): Promise<Asked> => {
  const config: Asked = flags.config === undefined ? {} : await readConfig(flags.config);
  return {
    algorithm: algorithm ?? config.algorithm,
    environment: environment ?? config.environment,
    seed: flags.seed ?? config.seed,
    steps: flags.steps ?? config.steps,
    episodes: flags.episodes ?? config.episodes,
    numerics: flags.numerics ?? config.numerics,
    options: { ...config.options, ...parseAssignments(flags.set) },
  };
};

const addEval = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("eval")
    .description("evaluate the agent of a run folder")
    .argument("<folder>", "what train --out has left")
    .option("--episodes <n>", "episodes", "100")
    .option("--seed <n>", "seed of the evaluation's episodes (default: the one train uses)")
    .option("--json", "print one JSON object", false)
    .action(async (folder: string, flags: { episodes: string; seed?: string; json: boolean }) => {
      const seed = flags.seed === undefined ? undefined : integer("--seed", flags.seed, 0);
      const episodes = integer("--episodes", flags.episodes, 1);
      const result = await evaluateFolder(library, folder, { episodes, seed });
      const { algorithm, environment, evaluation } = result;
      print(
        streams,
        flags.json,
        result,
        () =>
          `${algorithm} on ${environment}: ${evaluation.mean.toFixed(1)} ± ${evaluation.std.toFixed(1)} over ${episodes} episodes`,
      );
    });
};

interface CompareFlags {
  readonly environments: string;
  readonly seeds: string;
  readonly steps: string;
  readonly episodes: string;
  readonly numerics?: string;
  readonly workers: string;
  readonly json: boolean;
}

const addCompare = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("compare")
    .description("compare algorithms over seeds, on all cores")
    .argument("<algorithms>", "names, separated by commas")
    .requiredOption("--environments <ids>", "ids, separated by commas")
    .option("--seeds <n>", "number of seeds: 0 … n − 1", "3")
    .option("--steps <n>", "environment steps of each run", "50000")
    .option("--episodes <n>", "evaluation episodes of each run", "100")
    .option("--numerics <tier>", "strict or fused")
    .option("--workers <n>", "processes at a time", String(availableParallelism()))
    .option("--json", "print one JSON object", false)
    .action(async (names: string, flags: CompareFlags) => {
      const algorithms = names.split(",").map((name) => findAlgorithm(library, name));
      const environments = flags.environments.split(",").map((id) => findEnvironment(library, id));
      for (const environment of environments) {
        for (const algorithm of algorithms) {
          const misfit = algorithm.fits(environment);
          if (misfit !== null) throw new BadInput(misfit);
        }
      }
      const plan = {
        algorithms: algorithms.map(({ name }) => name),
        environments: environments.map(({ id }) => id),
        seeds: Array.from({ length: integer("--seeds", flags.seeds, 1) }, (_, seed) => seed),
        steps: integer("--steps", flags.steps, 1),
        episodes: integer("--episodes", flags.episodes, 1),
        numerics: numericsTier(flags.numerics),
        workers: integer("--workers", flags.workers, 1),
      };
      const rows = await compare(library, plan, streams);
      print(streams, flags.json, { steps: plan.steps, rows }, () => comparisonTable(rows));
    });
};

const addList = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("list")
    .description("list algorithms and environments")
    .option("--json", "print one JSON object", false)
    .action((flags: { json: boolean }) => {
      const algorithms = library.algorithms.map(({ name, summary }) => ({ name, summary }));
      const environments = library.environments.map(({ id }) => id);
      print(streams, flags.json, { algorithms, environments }, () =>
        [
          "algorithms",
          ...algorithms.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`),
          "environments",
          ...environments.map((id) => `  ${id}`),
        ].join("\n"),
      );
    });
};

const print = (streams: Streams, json: boolean, result: unknown, text: () => string): void =>
  void streams.stdout.write(`${json ? JSON.stringify(result) : text()}\n`);

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

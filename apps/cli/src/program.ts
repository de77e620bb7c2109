// The verbs and their options, and what becomes of their results: text or one JSON object on stdout, an exit status.
import { availableParallelism } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { runBench, runLoops, runProfile } from "./bench.ts";
import { compare, comparisonTable } from "./compare.ts";
import { withEnvironmentModule } from "./environment-module.ts";
import { evaluateFolder } from "./evaluate.ts";
import { BadInput, exitStatus, failureText } from "./failure.ts";
import type { Evaluation, Library } from "./library.ts";
import { listAll, listOne } from "./list.ts";
import { parseAssignments } from "./options.ts";
import { settingsOfFolder } from "./resume.ts";
import { type Asked, readConfig, resolveSettings, SEED_LIMIT, unknownName } from "./settings.ts";
import { scoreDigits } from "@agon/runs";
import { type Surroundings, train, type TrainResult } from "./train.ts";
import { integer, numericsTier } from "./values.ts";

export interface Streams extends Surroundings {
  readonly stdout: { write(text: string): unknown };
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
    .helpCommand(true)
    .enablePositionalOptions() // --only of bench scores is not that of bench
    .exitOverride()
    .configureOutput({ writeOut: (text) => void streams.stdout.write(text), writeErr: () => {} });
  // Commands made from here on inherit the output and the override of exits.
  addTrain(program, library, streams);
  addEval(program, library, streams);
  addCompare(program, library, streams);
  addBench(program, library, streams);
  addLab(program, library, streams);
  addList(program, library, streams);
  return program
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      const verbs = program.commands.map((command) => command.name());
      const [asked] = program.args;
      if (asked === undefined) throw new BadInput(`missing verb; expected ${verbs.join(", ")}, see agon --help.`);
      throw unknownName(asked.startsWith("-") ? "option" : "verb", asked, verbs);
    })
    .addHelpText(
      "after",
      `
Examples:
  agon list dqn
  agon train dqn CartPole-v1 --seed 1 --steps 50000 --out runs/pole
  agon eval runs/pole --episodes 100
  agon compare q-learning,sarsa --environments CliffWalking-v1 --seeds 5
  agon bench --only B1,C,H
  agon lab 2.1-perceptron

Exit status: 0 done, 2 bad input, 3 diverged (NaN or infinity), 130 interrupted.`,
    );
};

interface TrainFlags {
  readonly seed?: string;
  readonly steps?: string;
  readonly maxEpisodes?: string;
  readonly episodes?: string;
  readonly numerics?: string;
  readonly set?: readonly string[];
  readonly "256Bit": boolean;
  readonly config?: string;
  readonly environmentModule?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

const addTrain = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("train")
    .description("train an agent and evaluate it")
    .argument("[algorithm]", "see agon list")
    .argument("[environment]", "see agon list")
    .option("--seed <n>", "seed of everything random (default: 0)")
    .option("--steps <n>", "environment steps (default: 50000)")
    .option("--max-episodes <n>", "training ends after so many episodes too (default: no limit)")
    .option("--episodes <n>", "evaluation episodes (default: 100)")
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option(...setOption)
    .option("--config <file>", "JSON with algorithm, environment, seed, steps, episodes, numerics, options")
    .option(...moduleOption)
    .option(...narrowOption)
    .option("--out <folder>", "keep the run here; Ctrl-C leaves a checkpoint, and the same command goes on")
    .option("--resume <folder>", "go on with the run in this folder, as it was planned or up to --steps")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  agon train dqn CartPole-v1 --seed 1 --steps 50000 --json
  agon train q-learning FrozenLake-v1 --set isSlippery=false --set learningRate=0.2 --out runs/lake
  agon train --resume runs/lake --steps 200000
  agon train dqn Corridor-v0 --environment-module ./corridor.mjs`,
    )
    .action(async (algorithm: string | undefined, environment: string | undefined, flags: TrainFlags) => {
      const extended = await withEnvironmentModule(library, flags.environmentModule);
      const result =
        flags.resume === undefined
          ? await trainAnew(extended, algorithm, environment, flags, streams)
          : await trainOn(extended, flags.resume, { ...flags, algorithm }, streams);
      print(streams, flags.json, result, () => trainText(result));
    });
};

const trainAnew = async (
  library: Library,
  algorithm: string | undefined,
  environment: string | undefined,
  flags: TrainFlags,
  streams: Streams,
): Promise<TrainResult> => {
  const config: Asked = flags.config === undefined ? {} : await readConfig(flags.config);
  const settings = resolveSettings(library, {
    algorithm: algorithm ?? config.algorithm,
    environment: environment ?? config.environment,
    seed: flags.seed ?? config.seed,
    steps: flags.steps ?? config.steps,
    maxEpisodes: flags.maxEpisodes ?? config.maxEpisodes,
    episodes: flags.episodes ?? config.episodes,
    numerics: flags.numerics ?? config.numerics,
    options: { ...config.options, ...parseAssignments(flags.set ?? []) },
  });
  return train(library, settings, { out: flags.out, allowWide: flags["256Bit"] }, streams);
};

const trainOn = async (
  library: Library,
  folder: string,
  {
    algorithm,
    seed,
    numerics,
    set,
    config,
    out,
    steps,
    maxEpisodes,
    episodes,
    "256Bit": allowWide,
  }: TrainFlags & { readonly algorithm?: string },
  streams: Streams,
): Promise<TrainResult> => {
  const given = { algorithm, "--seed": seed, "--numerics": numerics, "--set": set, "--config": config, "--out": out };
  const surplus = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (surplus !== undefined)
    throw new BadInput(
      `--resume ${folder} takes everything from the folder but --steps, --max-episodes and --episodes; leave out ${surplus}.`,
    );
  const settings = await settingsOfFolder(library, folder, { steps, maxEpisodes, episodes });
  return train(library, settings, { out: folder, allowWide }, streams);
};

const trainText = ({ algorithm, environment, steps, seconds, stepsPerSecond, ...result }: TrainResult): string =>
  `${scoreText(algorithm, environment, result.evaluation)}\n` +
  `${steps} steps, ${seconds.toFixed(1)} s of training at ${Math.round(stepsPerSecond)} steps/s, ` +
  `curve ${result.curveHash.slice(0, 16)} (${result.numerics}, ${result.vectorBits}-bit vectors)`;

const scoreText = (algorithm: string, environment: string, { episodes, mean, std }: Evaluation): string =>
  `${algorithm} on ${environment}: ${scoreDigits(mean)} ± ${scoreDigits(std)} over ${episodes} episodes`;

interface EvalFlags {
  readonly episodes: string;
  readonly seed?: string;
  readonly numerics?: string;
  readonly environmentModule?: string;
  readonly json?: boolean;
}

const addEval = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("eval")
    .description("evaluate the agent of a run folder")
    .argument("<folder>", "what train --out has left")
    .option("--episodes <n>", "episodes", "100")
    .option("--seed <n>", "seed of the evaluation's episodes (default: the one train uses)")
    .option("--numerics <tier>", "strict or fused (default: as it was trained)")
    .option(...moduleOption)
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  agon eval runs/pole --episodes 100 --json")
    .action(async (folder: string, flags: EvalFlags) => {
      const plan = {
        seed: flags.seed === undefined ? undefined : integer("--seed", flags.seed, 0, SEED_LIMIT),
        episodes: integer("--episodes", flags.episodes, 1),
        numerics: numericsTier(flags.numerics),
      };
      const extended = await withEnvironmentModule(library, flags.environmentModule);
      const result = await evaluateFolder(extended, folder, plan, streams);
      const { algorithm, environment, evaluation } = result;
      print(streams, flags.json, result, () => scoreText(algorithm, environment, evaluation));
    });
};

interface CompareFlags {
  readonly environments: string;
  readonly "256Bit": boolean;
  readonly seeds: string;
  readonly steps: string;
  readonly episodes: string;
  readonly numerics?: string;
  readonly set?: readonly string[];
  readonly environmentModule?: string;
  readonly workers: string;
  readonly json?: boolean;
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
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option(...setOption)
    .option(...moduleOption)
    .option(...narrowOption)
    .option("--workers <n>", "processes at a time", String(availableParallelism()))
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
An option given by --set goes to every run whose algorithm or environment has it.

Example:
  agon compare dqn,reinforce --environments CartPole-v1 --seeds 5 --steps 50000`,
    )
    .action(async (names: string, flags: CompareFlags) => {
      const plan = {
        algorithms: names.split(","),
        environments: flags.environments.split(","),
        options: parseAssignments(flags.set ?? []),
        environmentModule: flags.environmentModule,
        seeds: Array.from({ length: integer("--seeds", flags.seeds, 1, 100_000) }, (_, seed) => seed),
        steps: integer("--steps", flags.steps, 1),
        episodes: integer("--episodes", flags.episodes, 1),
        numerics: numericsTier(flags.numerics),
        allowWide: flags["256Bit"],
        workers: integer("--workers", flags.workers, 1),
      };
      const extended = await withEnvironmentModule(library, flags.environmentModule);
      const comparison = await compare(extended, plan, streams);
      print(streams, flags.json, comparison, () => comparisonTable(comparison.rows));
    });
};

interface BenchFlags {
  readonly only?: string;
  readonly numerics?: string;
  readonly "256Bit": boolean;
  readonly profile?: boolean | string;
  readonly peers?: boolean;
  readonly threads: string;
  readonly peersFolder?: string;
  readonly python: string;
  readonly rounds: string;
  readonly json?: boolean;
}

const addBench = (program: Command, library: Library, streams: Streams): void => {
  const bench = program
    .command("bench")
    .description("time products, training steps, acting and environments on this machine")
    .argument("[kind]", "env: the environments alone")
    .option("--only <rows>", "rows separated by commas (default: all)")
    .option("--profile [rows]", "tell where the time of steps goes instead, by part of their plans")
    .option("--peers", "time tfjs and jax-js beside it, in the same rounds")
    .addOption(peersFolder("with --peers, time PyTorch, JAX and C too, by the programs there"))
    .addOption(python("the Python that has PyTorch and JAX"))
    .option("--no-256-bit", "leave V8's 256-bit vectors off; by default both are timed where they change no bit")
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option("--threads <n>", "of agon's compiled steps; with more than one, one is timed beside them", "1")
    .option("--rounds <n>", "interleaved rounds; the median counts", "5")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExamples:\n  agon bench env\n  agon bench --only B1,C,H --json\n  agon bench --profile B1")
    .action(async (kind: string | undefined, flags: BenchFlags) => {
      const request = {
        kind,
        only: (typeof flags.profile === "string" ? flags.profile : flags.only)?.split(","),
        numerics: numericsTier(flags.numerics),
        wideVectors: flags["256Bit"],
        peers: flags.peers === true,
        threads: integer("--threads", flags.threads, 1),
        foreignPeers: foreignPlan(flags),
        rounds: integer("--rounds", flags.rounds, 1),
      };
      const { report, table } = flags.profile ? await runProfile(request, streams) : await runBench(request, streams);
      print(streams, flags.json, report, () => table);
    });
  addLoops(bench, streams);
  addScores(bench, library, streams);
};

const peersFolder = (description: string): Option =>
  new Option("--peers-folder <folder>", description).env("AGON_PEERS");

const python = (description: string): Option =>
  new Option("--python <command>", description).env("AGON_PYTHON").default("python3");

interface LoopFlags extends Omit<BenchFlags, "profile" | "threads"> {
  readonly learning?: boolean;
}

const addLoops = (bench: Command, streams: Streams): void => {
  bench
    .command("rl")
    .description("time whole training loops, how soon CartPole is solved, and where a loop's time goes")
    .option("--only <rows>", "rows separated by commas (default: all)")
    .option("--peers", "measure the peers, where Python has them; else their figures are quoted")
    .addOption(peersFolder("with --peers, where the peers' programs are"))
    .addOption(python("the Python that has CleanRL and Stable-Baselines3"))
    .option("--learning", "tell what each loop learns in 500 000 steps too; takes minutes")
    .option("--no-256-bit", "leave V8's 256-bit vectors off; by default both are timed, and must learn the same")
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option("--rounds <n>", "of 20 480 steps; the median counts", "5")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  agon bench rl --only I-ppo-cleanrl,I-ppo")
    .action(async (flags: LoopFlags) => {
      const request = {
        only: flags.only?.split(","),
        numerics: numericsTier(flags.numerics),
        wideVectors: flags["256Bit"],
        foreignPeers: foreignPlan(flags),
        rounds: integer("--rounds", flags.rounds, 1),
        learning: flags.learning === true,
      };
      const { report, table } = await runLoops(request, streams);
      print(streams, flags.json, report, () => table);
    });
};

const foreignPlan = ({ peers, peersFolder, python }: Pick<BenchFlags, "peers" | "peersFolder" | "python">) =>
  peers && peersFolder ? { folder: peersFolder, python } : undefined;

interface ScoresFlags {
  readonly only?: string;
  readonly seeds?: string;
  readonly quick?: boolean;
  readonly page?: boolean;
  readonly workers: string;
  readonly folder?: string;
  readonly json?: boolean;
}

const addScores = (bench: Command, library: Library, streams: Streams): void => {
  bench
    .command("scores")
    .description("run what is missing of the rows of docs/scores.md, keep a record of each run, and write the page")
    .option("--only <rows>", "rows separated by commas, * for any letters (default: all)")
    .option("--seeds <n>", "no more than so many seeds of each row (default: all it has)")
    .option("--quick", "only the rows that take seconds")
    .option("--page", "run nothing: write the page and the curves from the records there are")
    .option("--workers <n>", "processes at a time", String(availableParallelism()))
    .option("--folder <folder>", "holds scores.md, scores/ and algorithms/ (default: the repository's docs)")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Finished runs are kept as they come: stopped, the same command goes on. Those whose options have changed are run anew.

Examples:
  agon bench scores --quick
  agon bench scores --only 'dqn-*,ppo-cart-pole' --seeds 2`,
    )
    .action(async (flags: ScoresFlags) => {
      const { DOCUMENTS, runScores, scoresText } = await import("./scores.ts"); // what no other verb needs
      const request = {
        only: flags.only?.split(","),
        quick: flags.quick === true,
        pageOnly: flags.page === true,
        seeds: flags.seeds === undefined ? undefined : integer("--seeds", flags.seeds, 1),
        workers: integer("--workers", flags.workers, 1),
        folder: flags.folder ?? DOCUMENTS,
      };
      const report = await runScores(library, request, streams);
      print(streams, flags.json, report, () => scoresText(report));
    });
};

interface LabFlags {
  readonly seed: string;
  readonly quick?: boolean;
  readonly "256Bit": boolean;
  readonly numerics?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const addLab = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("lab")
    .description("run a lab of the textbook, or list them: its tables, its claims, and a report with its curves")
    .argument("<id>", 'the lab\'s id, its section where that has one lab, or "list"')
    .option("--seed <n>", "of everything random", "1")
    .option("--quick", "a smaller version that takes seconds")
    .option("--numerics <tier>", "strict or fused (default: the best this machine has)")
    .option(...narrowOption)
    .option("--out <file>", "the report (default: labs/<id>.html)")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExamples:\n  agon lab list\n  agon lab 2.1-perceptron")
    .action(async (id: string, flags: LabFlags) => {
      const { labText, listLabs, runLab } = await import("./lab.ts"); // what no other verb needs
      if (id === "list") {
        const { json, text } = listLabs();
        print(streams, flags.json, json, () => text);
        return;
      }
      const plan = {
        id,
        seed: integer("--seed", flags.seed, 0, SEED_LIMIT),
        scale: flags.quick === true ? ("quick" as const) : ("full" as const),
        numerics: numericsTier(flags.numerics),
        allowWide: flags["256Bit"],
        out: flags.out,
      };
      const report = await runLab(library, plan, streams);
      print(streams, flags.json, report, () => labText(report));
    });
};

const addList = (program: Command, library: Library, streams: Streams): void => {
  program
    .command("list")
    .description("list algorithms and environments, or the options of one of them")
    .argument("[name]", "an algorithm or an environment")
    .option(...moduleOption)
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExamples:\n  agon list\n  agon list dqn\n  agon list FrozenLake-v1")
    .action(async (name: string | undefined, flags: { environmentModule?: string; json?: boolean }) => {
      const extended = await withEnvironmentModule(library, flags.environmentModule);
      const { json, text } = name === undefined ? listAll(extended) : listOne(extended, name);
      print(streams, flags.json, json, () => text);
    });
};

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

const setOption = [
  "--set <key=value>",
  "set an option of the algorithm or the environment; repeatable, see agon list <name>",
  collect,
] as const;

const narrowOption = [
  "--no-256-bit",
  "leave V8's 256-bit vectors off; long runs use them where a self-check finds that they change no bit",
] as const;

const moduleOption = ["--environment-module <file>", "module that exports environments of your own"] as const;

const print = (streams: Streams, json: boolean | undefined, result: unknown, text: () => string): void =>
  void streams.stdout.write(`${json === true ? JSON.stringify(result) : text()}\n`);

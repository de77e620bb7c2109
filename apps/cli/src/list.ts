// agon list: what there is to train and to train on, and the options of one of them.
import type { ArgumentSpec } from "@agon/env";
import type { OptionSpec } from "@agon/rl";
import type { Library } from "./library.ts";
import { optionExpectation } from "./options.ts";
import { findEnvironment, unknownName } from "./settings.ts";

interface Listed {
  readonly json: unknown;
  readonly text: string;
}

/** All names, each with what it is in a line. */
export const listAll = ({ algorithms, environments }: Library): Listed => {
  const described = environments.registeredIds().map((id) => ({ id, summary: environments.spec(id).summary }));
  const json = {
    algorithms: algorithms.map(({ name, summary }) => ({ name, summary })),
    environments: described,
  };
  const text = [
    "algorithms",
    ...columns(algorithms.map(({ name, summary }) => [name, summary])),
    "environments",
    ...columns(described.map(({ id, summary }) => [id, summary])),
    "",
    "agon list <name> tells the options of one of them.",
  ].join("\n");
  return { json, text };
};

/** The options of an algorithm or the arguments of an environment, with defaults. */
export const listOne = (library: Library, name: string): Listed => {
  const algorithm = library.algorithms.find((candidate) => candidate.name === name);
  if (algorithm !== undefined) {
    const rows = algorithm.options.map((option) => [`${option.key}=${shown(option.default)}`, describeOption(option)]);
    return { json: { name, options: algorithm.options }, text: [algorithm.summary, ...columns(rows)].join("\n") };
  }
  const ids = library.environments.registeredIds();
  const known = [...library.algorithms.map((candidate) => candidate.name), ...ids];
  if (!ids.some((id) => id === name || id.replace(/-v\d+$/, "") === name))
    throw unknownName("algorithm or environment", name, known);
  const { id, summary, observation, action, maxSteps, arguments: specs } = findEnvironment(library, name);
  const rows = Object.entries(specs).map(([key, spec]) => [`${key}=${shown(spec.default)}`, spec.description]);
  const limit = [`maxSteps=${maxSteps ?? "null"}`, "time limit in steps; null for none"];
  return {
    json: { id, summary, arguments: { ...specs, maxSteps: limitSpec(maxSteps) } },
    text: [summary || id, `observations ${observation}, actions ${action}`, ...columns([...rows, limit])].join("\n"),
  };
};

const limitSpec = (maxSteps: number | undefined): ArgumentSpec => ({
  kind: "number",
  default: maxSteps ?? null,
  description: "time limit in steps; null for none",
});

const describeOption = (option: OptionSpec): string => `${option.description} (${optionExpectation(option)})`;

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));

const columns = (rows: readonly (readonly string[])[]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
};

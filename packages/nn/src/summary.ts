// What a module is made of: its layers in the order of their work, with roles, shapes, parameters and FLOPs.
import { Parameter, scope, tensorsIn } from "@agon/tensor";
import type { AnyModule } from "./module.ts";
import { watchModules } from "./watch.ts";

export interface SummaryRow {
  /** The layer's path; "" for the input and for the module itself. */
  readonly name: string;
  /** Its class, or "Input". */
  readonly kind: string;
  /** "hidden" or "output" of layers with weight matrices, the last of which makes the output; "input"; else "". */
  readonly role: "input" | "hidden" | "output" | "";
  /** Shape of what it makes, the first where it makes several. */
  readonly shape: readonly number[];
  /** Shapes of its own weight matrices as they are stored: [outputs, inputs, …kernel]. */
  readonly weights: readonly (readonly number[])[];
  /** Trained numbers of its own. */
  readonly parameters: number;
  /** Multiplications and additions of its matrix products. */
  readonly flops: number;
}

export interface ModuleSummary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly flops: number;
  /** A table of the rows, and the sums. */
  toString(): string;
}

/** Runs the module once, in evaluation, and tells what its layers did. */
export const summarise = (
  modules: ReadonlyMap<string, AnyModule>,
  run: () => unknown,
  input: unknown,
): ModuleSummary => {
  const own = ownParameters(modules);
  const layers = [...modules].filter(([name]) => own.has(name) || isLeaf(name, modules));
  const described = scope(() => {
    const calls = watchModules(layers, run).filter(({ outputs }) => outputs.length > 0);
    const last = calls.findLast(({ name }) => matricesOf(own.get(name)).length > 0);
    const counted = new Set<string>();
    return calls.map((call): SummaryRow => {
      const { name, kind, inputs, outputs } = call;
      const parameters = counted.has(name) ? [] : (own.get(name) ?? []);
      counted.add(name);
      const weights = matricesOf(own.get(name));
      return {
        name,
        kind,
        role: weights.length === 0 ? "" : call === last ? "output" : "hidden",
        shape: outputs[0].shape,
        weights,
        parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
        flops: (modules.get(name) as AnyModule).flops(
          inputs.map(({ shape }) => shape),
          outputs[0].shape,
        ),
      };
    });
  });
  const first = tensorsIn(input)[0]?.shape ?? [];
  const rows: SummaryRow[] = [
    { name: "", kind: "Input", role: "input", shape: first, weights: [], parameters: 0, flops: 0 },
    ...described,
  ];
  const [parameters, flops] = [total(rows, "parameters"), total(rows, "flops")];
  return { rows, parameters, flops, toString: () => table(rows, parameters, flops) };
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);

const total = (rows: readonly SummaryRow[], column: "parameters" | "flops"): number =>
  rows.reduce((sum, row) => sum + row[column], 0);

const matricesOf = (parameters: readonly Parameter[] = []): readonly (readonly number[])[] =>
  parameters.map(({ shape }) => shape).filter((shape) => shape.length > 1);

const isLeaf = (name: string, modules: ReadonlyMap<string, AnyModule>): boolean =>
  ![...modules.keys()].some((other) => other !== name && (name === "" || other.startsWith(`${name}.`)));

/** The parameters of each module that do not belong to a module within. */
const ownParameters = (modules: ReadonlyMap<string, AnyModule>): Map<string, Parameter[]> => {
  const own = new Map<string, Parameter[]>();
  for (const [path, variable] of modules.get("")?.namedVariables() ?? []) {
    if (!(variable instanceof Parameter)) continue;
    const owners = [...modules.keys()].filter((name) => name === "" || path.startsWith(`${name}.`));
    const owner = owners.reduce((longest, name) => (name.length > longest.length ? name : longest));
    own.set(owner, [...(own.get(owner) ?? []), variable]);
  }
  return own;
};

const withCommas = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Weights as stored, then as the formula y = x·W has them. */
const showWeights = (weights: SummaryRow["weights"]): string =>
  weights
    .map((shape) => (shape.length === 2 ? `${shape.join("×")} (in×out ${shape[1]}×${shape[0]})` : shape.join("×")))
    .join(", ");

const table = (rows: readonly SummaryRow[], parameters: number, flops: number): string => {
  const cells = [
    ["layer", "kind", "role", "shape", "weights", "parameters", "FLOPs"],
    ...rows.map((row) => [
      row.name,
      row.kind,
      row.role,
      `[${row.shape.join(", ")}]`,
      showWeights(row.weights),
      withCommas(row.parameters),
      withCommas(row.flops),
    ]),
    ["", "", "", "", "", withCommas(parameters), withCommas(flops)],
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (i < 5 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

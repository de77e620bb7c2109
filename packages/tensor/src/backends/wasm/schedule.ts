// The order of a plan's work: elementwise steps fused into loops, everything else one after the other.
import type { Plan, PlanLine, PlanStep } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { expressionOf } from "./expressions.ts";
import { type Access, readingOf } from "./loop.ts";

type OpStep = Extract<PlanStep, { readonly kind: "op" }>;

/** A step of a loop with its operands: values of the plan, and how the loop reads them. */
export interface FusedStep {
  readonly op: string;
  readonly output: number;
  readonly operands: readonly { readonly value: number; readonly access: Access }[];
}

export interface LoopItem {
  readonly kind: "loop";
  readonly size: number;
  /** Length of a row where some operand is read by row or column. */
  columns: number | null;
  steps: FusedStep[];
}

export type Item =
  | LoopItem
  | { readonly kind: "op"; readonly step: OpStep }
  | { readonly kind: "guard"; readonly value: number };

export interface Schedule {
  readonly items: readonly Item[];
  /** For each value the one whose memory it shares. */
  readonly roots: readonly number[];
}

/** Values that share memory: a view stands for what it is a view of. */
export const rootsOf = (plan: Plan): number[] => {
  const roots: number[] = [];
  plan.values.forEach(({ source }, i) => {
    roots.push(source.kind === "view" ? roots[source.of] : i);
  });
  return roots;
};

/** Values that an item reads, by root. */
export const readsOf = (item: Item, roots: readonly number[]): number[] => {
  if (item.kind === "guard") return [roots[item.value]];
  if (item.kind === "op") return item.step.inputs.map((id) => roots[id]);
  return item.steps.flatMap((step) => step.operands.map(({ value }) => roots[value]));
};

/** The items that read each value, by root; each once, in order. */
export const readersOf = (items: readonly Item[], roots: readonly number[]): Map<number, Set<Item>> => {
  const readers = new Map<number, Set<Item>>();
  for (const item of items)
    for (const root of readsOf(item, roots)) {
      const known = readers.get(root);
      if (known) known.add(item);
      else readers.set(root, new Set([item]));
    }
  return readers;
};

/** Values that an item makes. */
export const makesOf = (item: Item): number[] =>
  item.kind === "loop" ? item.steps.map(({ output }) => output) : item.kind === "op" ? [item.step.output] : [];

/** What an item does, for printing. `inMemory`: whether a root is written to memory. */
export const lineOf = (
  { values }: Plan,
  item: Item,
  roots: readonly number[],
  inMemory: (root: number) => boolean,
): PlanLine => {
  const specs = (ids: readonly number[]): Plan["values"] => ids.map((id) => values[id]);
  if (item.kind === "guard") return { kind: "guard", ops: [], inputs: specs([item.value]), outputs: [] };
  if (item.kind === "op") {
    const { op, inputs, output } = item.step;
    return { kind: "kernel", ops: [op], inputs: specs(inputs), outputs: specs([output]) };
  }
  const made = makesOf(item);
  return {
    kind: "loop",
    ops: item.steps.map(({ op }) => op),
    inputs: specs([...new Set(readsOf(item, roots))].filter((id) => !made.includes(id))),
    outputs: specs(made.filter(inMemory)),
  };
};

/** `keep`: values needed after the run. */
export const schedule = (plan: Plan, keep: readonly number[]): Schedule => {
  const roots = rootsOf(plan);
  const placed = place(plan, roots);
  return { items: dropUnused(sink(placed, roots, new Set(keep)), roots, new Set(keep)), roots };
};

/** A step as part of a loop, and the length of the loop's rows; null where its op or broadcasting does not allow it. */
const fusable = (
  plan: Plan,
  step: OpStep,
  expands: ReadonlyMap<number, OpStep>,
): { readonly step: FusedStep; readonly columns: number | null } | null => {
  const output = plan.values[step.output];
  const dtypes = step.inputs.map((id) => plan.values[id].dtype);
  if (sizeOf(output.shape) === 0 || !expressionOf(step.op, dtypes, output.dtype)) return null;
  const read = (ids: readonly number[]): ReturnType<typeof fusable> => {
    const reading = readingOf(
      ids.map((id) => plan.values[id].shape),
      output.shape,
    );
    if (!reading) return null;
    const operands = ids.map((value, i) => ({ value, access: reading.accesses[i] }));
    return { step: { op: step.op, output: step.output, operands }, columns: reading.columns };
  };
  // What was only repeated is read where it was.
  return read(step.inputs.map((id) => expands.get(id)?.inputs[0] ?? id)) ?? read(step.inputs);
};

const compatible = (loop: LoopItem, size: number, columns: number | null): boolean =>
  loop.size === size && (columns === null || loop.columns === null || loop.columns === columns);

/** Puts every step into the first loop that it fits and whose operands are there, or behind everything so far. */
const place = (plan: Plan, roots: readonly number[]): Item[] => {
  const items: Item[] = [];
  const madeBy = new Map<number, number>();
  const expands = new Map<number, OpStep>();
  let barrier = 0;
  let epoch = 0;
  for (const step of plan.steps) {
    if (step.kind === "guard") {
      items.push({ kind: "guard", value: step.value });
      // What comes after a guard must not be written where the guard fails.
      barrier = items.length;
      continue;
    }
    if ((step.epoch ?? 0) > epoch) {
      epoch = step.epoch ?? 0;
      barrier = items.length;
    }
    const found = fusable(plan, step, expands);
    if (step.op === "expand") expands.set(step.output, step);
    let at = items.length;
    if (found) {
      const { step: fused, columns } = found;
      const size = sizeOf(plan.values[step.output].shape);
      const ready = Math.max(-1, ...fused.operands.map(({ value }) => madeBy.get(roots[value]) ?? -1));
      const inRegister = fused.operands.every(
        ({ value, access }) => madeBy.get(roots[value]) !== ready || ready < 0 || access === "full",
      );
      const fits = (item: Item, i: number): boolean =>
        item.kind === "loop" && compatible(item, size, columns) && (i > ready || inRegister);
      at = Math.max(ready, barrier);
      while (at < items.length && !fits(items[at], at)) at++;
      if (at === items.length) items.push({ kind: "loop", size, columns, steps: [] });
      const loop = items[at] as LoopItem;
      loop.columns ??= columns;
      loop.steps.push(fused);
    } else items.push({ kind: "op", step });
    madeBy.set(step.output, at);
  }
  return items;
};

/** Moves a step to the loop that alone uses its result, so that the result stays in a register. */
const sink = (items: Item[], roots: readonly number[], keep: ReadonlySet<number>): Item[] => {
  const readers = readersOf(items, roots);
  for (let i = items.length - 1; i >= 0; i--) {
    const from = items[i];
    if (from.kind !== "loop") continue;
    for (const step of [...from.steps].reverse()) {
      if (keep.has(step.output)) continue;
      const [user, ...others] = readers.get(step.output) ?? [];
      if (!user || others.length > 0 || user === from || user.kind !== "loop") continue;
      const columns = step.operands.some(({ access }) => access === "row" || access === "column") ? from.columns : null;
      if (!compatible(user, from.size, columns)) continue;
      user.columns ??= columns;
      user.steps.unshift(step);
      from.steps = from.steps.filter((other) => other !== step);
      const left = new Set(readsOf(from, roots));
      for (const { value } of step.operands) {
        readers.get(roots[value])?.add(user);
        if (!left.has(roots[value])) readers.get(roots[value])?.delete(from);
      }
    }
  }
  return items;
};

/** Without the expands that nobody reads any more, and without empty loops. */
const dropUnused = (items: Item[], roots: readonly number[], keep: ReadonlySet<number>): Item[] => {
  const read = new Set(items.flatMap((item) => readsOf(item, roots)));
  for (const item of items)
    if (item.kind === "loop") item.steps = item.steps.filter(({ output }) => read.has(output) || keep.has(output));
  return items.filter((item) =>
    item.kind === "op"
      ? read.has(item.step.output) || keep.has(item.step.output)
      : item.kind !== "loop" || item.steps.length > 0,
  );
};

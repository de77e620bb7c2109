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

/** The sum of each row of a value that a loop makes or reads; it is there when the loop is over. */
export interface RowSum {
  readonly output: number;
  readonly operand: number;
}

export interface LoopItem {
  readonly kind: "loop";
  readonly size: number;
  /** Length of a row where some operand is read by row or column, or rows are summed. */
  columns: number | null;
  steps: FusedStep[];
  readonly sums: RowSum[];
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
  const read = item.steps.flatMap((step) => step.operands.map(({ value }) => roots[value]));
  return [...read, ...item.sums.map(({ operand }) => roots[operand])];
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
  item.kind === "loop"
    ? [...item.steps, ...item.sums].map(({ output }) => output)
    : item.kind === "op"
      ? [item.step.output]
      : [];

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
    ops: [...item.steps.map(({ op }) => op), ...item.sums.map(() => "sum")],
    inputs: specs([...new Set(readsOf(item, roots))].filter((id) => !made.includes(id))),
    outputs: specs(made.filter(inMemory)),
  };
};

/** `keep`: values needed after the run. `sumRows`: whether the backend's loops can sum rows. */
export const schedule = (
  plan: Plan,
  keep: readonly number[],
  { sumRows = true }: { readonly sumRows?: boolean } = {},
): Schedule => {
  const roots = rootsOf(plan);
  const placed = place(plan, roots, sumRows);
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

/** The length of the rows that a step sums, where it sums whole trailing dims of floats; null for any other step. */
const rowsSummed = (plan: Plan, { op, attributes, inputs }: OpStep): number | null => {
  const { shape, dtype } = plan.values[inputs[0]];
  if (op !== "sum" || dtype !== "float32" || sizeOf(shape) === 0) return null;
  const dims = attributes.dims as readonly number[];
  const first = shape.length - dims.length;
  return dims.every((dim, i) => dim === first + i) ? sizeOf(shape.slice(first)) : null;
};

/** Rows worth walking through one by one, and enough of them to share out among threads. */
const worthRows = (columns: number, size: number): boolean => columns >= 16 && (size >= 8 * columns || size <= 4096);

/** The loop that can sum the rows of a value on its way: the one that makes it, or the last one that reads it. */
const loopOf = (
  items: readonly Item[],
  value: number,
  roots: readonly number[],
  columns: number,
  size: number,
  from: number,
): number => {
  const root = roots[value];
  const touches = ({ steps }: LoopItem): boolean =>
    steps.some(({ output, operands }) => output === root || operands.some((o) => roots[o.value] === root));
  return items.findLastIndex(
    (item, at) =>
      at >= from &&
      item.kind === "loop" &&
      compatible(item, size, columns) &&
      (item.columns === columns || worthRows(columns, size)) &&
      touches(item),
  );
};

/** Puts every step into the first loop that it fits and whose operands are there, or behind everything so far. */
const place = (plan: Plan, roots: readonly number[], sumRows: boolean): Item[] => {
  const items: Item[] = [];
  const madeBy = new Map<number, number>();
  const expands = new Map<number, OpStep>();
  const summed = new Set<number>();
  let barrier = 0;
  let epoch = 0;
  /** The first item that can read a value; a sum is there only behind its loop. */
  const readyAt = (root: number): number => (madeBy.get(root) ?? -1) + (summed.has(root) ? 1 : 0);
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
      const ready = Math.max(-1, ...fused.operands.map(({ value }) => readyAt(roots[value])));
      const inRegister = fused.operands.every(
        ({ value, access }) => madeBy.get(roots[value]) !== ready || ready < 0 || access === "full",
      );
      const fits = (item: Item, i: number): boolean =>
        item.kind === "loop" && compatible(item, size, columns) && (i > ready || inRegister);
      at = items.findIndex((item, i) => i >= Math.max(ready, barrier) && fits(item, i));
      if (at < 0) {
        at = items.length;
        items.push({ kind: "loop", size, columns, steps: [], sums: [] });
      }
      const loop = items[at] as LoopItem;
      loop.columns ??= columns;
      loop.steps.push(fused);
    } else {
      const columns = sumRows ? rowsSummed(plan, step) : null;
      const size = sizeOf(plan.values[step.inputs[0]]?.shape ?? []);
      const loop = columns === null ? -1 : loopOf(items, step.inputs[0], roots, columns, size, barrier);
      if (loop < 0) items.push({ kind: "op", step });
      else {
        at = loop;
        const item = items[at] as LoopItem;
        item.columns ??= columns;
        item.sums.push({ output: step.output, operand: step.inputs[0] });
        summed.add(step.output);
      }
    }
    madeBy.set(step.output, at);
  }
  return items;
};

/** Ops that are cheaper to do again than to store what they give. */
const CHEAP: ReadonlySet<string> = new Set(
  "neg abs relu add sub mul maximum minimum less lessEqual equal notEqual".split(" "),
);

/** Whether a step may be done again wherever its result is wanted: then its one whole operand is read there instead of the result. */
const repeatable = ({ op, operands }: FusedStep): boolean =>
  CHEAP.has(op) && operands.filter(({ access }) => access === "full").length === 1;

/**
 * Moves a step to the loop that alone uses its result, so that the result stays in a register; a cheap one to all loops that do, where nothing
 * else wants it.
 */
const sink = (items: Item[], roots: readonly number[], keep: ReadonlySet<number>): Item[] => {
  const readers = readersOf(items, roots);
  const move = (step: FusedStep, from: LoopItem, users: readonly LoopItem[], columns: number | null): void => {
    for (const user of users) {
      user.columns ??= columns;
      user.steps.unshift(step);
    }
    const own = readers.get(step.output)?.has(from) === true;
    if (!own) from.steps = from.steps.filter((other) => other !== step);
    const left = new Set(readsOf(from, roots));
    for (const { value } of step.operands) {
      for (const user of users) readers.get(roots[value])?.add(user);
      if (!left.has(roots[value])) readers.get(roots[value])?.delete(from);
    }
  };
  for (let i = items.length - 1; i >= 0; i--) {
    const from = items[i];
    if (from.kind !== "loop") continue;
    for (const step of [...from.steps].reverse()) {
      if (keep.has(step.output)) continue;
      const all = [...(readers.get(step.output) ?? [])];
      const users = all.filter((user) => user !== from).filter((user) => user.kind === "loop");
      const elsewhere = all.filter((user) => user !== from).length;
      if (elsewhere === 0 || users.length < elsewhere) continue;
      if (all.length > 1 && !repeatable(step)) continue;
      const columns = step.operands.some(({ access }) => access === "row" || access === "column") ? from.columns : null;
      if (users.every((user) => compatible(user, from.size, columns))) move(step, from, users, columns);
    }
  }
  return items;
};

/** Without the expands that nobody reads any more, and without empty loops. */
const dropUnused = (items: Item[], roots: readonly number[], keep: ReadonlySet<number>): Item[] => {
  const read = new Set(items.flatMap((item) => readsOf(item, roots)));
  const used = ({ output }: { readonly output: number }): boolean => read.has(output) || keep.has(output);
  for (const item of items) if (item.kind === "loop") item.steps = item.steps.filter(used);
  return items.filter((item) =>
    item.kind === "op"
      ? read.has(item.step.output) || keep.has(item.step.output)
      : item.kind !== "loop" || item.steps.length + item.sums.length > 0,
  );
};

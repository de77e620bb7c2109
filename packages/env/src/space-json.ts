// Spaces from the plain data that their `toJSON` gives.
import { type Bound, box } from "./box.ts";
import { dict, tuple } from "./composite.ts";
import { discrete } from "./discrete.ts";
import { multiBinary } from "./multi-binary.ts";
import { multiDiscrete } from "./multi-discrete.ts";
import { show } from "./show.ts";
import type { AnySpace, BoxType } from "./spaces.ts";

interface SpaceRecord {
  readonly kind?: unknown;
  readonly n?: number;
  readonly start?: number;
  readonly labels?: readonly string[];
  readonly shape?: readonly number[];
  readonly low?: unknown;
  readonly high?: unknown;
  readonly type?: BoxType;
  readonly counts?: readonly number[];
  readonly spaces?: readonly unknown[] | Readonly<Record<string, unknown>>;
}

/** The space that `toJSON` described: `spaceFromJSON(JSON.parse(JSON.stringify(space)))` equals `space`. */
export function spaceFromJSON(json: unknown): AnySpace {
  const { kind, n, start, labels, shape, low, high, type, counts, spaces } = (json ?? {}) as SpaceRecord;
  if (kind === "discrete" && (labels || n !== undefined)) return discrete(labels ?? (n as number), { start });
  if (kind === "box" && shape) return box(shape, { low: bound(low), high: bound(high), type });
  if (kind === "multi-discrete" && counts) return multiDiscrete(counts);
  if (kind === "multi-binary" && shape) return multiBinary(shape);
  if (kind === "tuple" && Array.isArray(spaces)) return tuple(spaces.map(spaceFromJSON));
  if (kind === "dict" && spaces)
    return dict(Object.fromEntries(Object.entries(spaces).map(([name, space]) => [name, spaceFromJSON(space)])));
  throw new TypeError(
    `spaceFromJSON: expected { kind: "discrete" | "box" | "multi-discrete" | "multi-binary" | "tuple" | "dict", … } as a space's toJSON() gives it; got ${show(json)}.`,
  );
}

const bound = (value: unknown): Bound => (Array.isArray(value) ? value.map(Number) : Number(value));

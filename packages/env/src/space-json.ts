// Spaces from the plain data that their `toJSON` gives.
import { type Bound, box } from "./box.ts";
import { discrete } from "./discrete.ts";
import type { BoxSpace, BoxType, DiscreteSpace } from "./spaces.ts";

interface SpaceRecord {
  readonly kind?: unknown;
  readonly n?: number;
  readonly start?: number;
  readonly labels?: readonly string[];
  readonly shape?: readonly number[];
  readonly low?: unknown;
  readonly high?: unknown;
  readonly type?: BoxType;
}

/** The space that `toJSON` described: `spaceFromJSON(JSON.parse(JSON.stringify(space)))` equals `space`. */
export function spaceFromJSON(json: unknown): DiscreteSpace | BoxSpace<BoxType> {
  const { kind, n, start, labels, shape, low, high, type } = (json ?? {}) as SpaceRecord;
  if (kind === "discrete" && (labels || n !== undefined)) return discrete(labels ?? (n as number), { start });
  if (kind === "box" && shape) return box(shape, { low: bound(low), high: bound(high), type });
  throw new TypeError(
    `spaceFromJSON: expected { kind: "discrete" | "box", … } as a space's toJSON() gives it; got ${JSON.stringify(json)}.`,
  );
}

const bound = (value: unknown): Bound => (Array.isArray(value) ? value.map(Number) : Number(value));

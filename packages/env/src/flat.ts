// Between a space's values and the flat float32 buffers that observations are written into.
import type { AnySpace, Space, SpaceData } from "./spaces.ts";

/** The value that a flat observation of a space stands for: `readFlat(tuple([discrete(3), box([2], …)]), [1, 0.5, 0.5])` is `[1, Float32Array [0.5, 0.5]]`. */
export function readFlat(space: Space, flat: ArrayLike<number>): SpaceData {
  if (flat.length !== space.size)
    throw new RangeError(`readFlat: ${flat.length} elements for ${space}, which has ${space.size}.`);
  return read(space, Float64Array.from(flat));
}

function read(space: AnySpace, flat: Float64Array): SpaceData {
  switch (space.kind) {
    case "discrete":
      return flat[0];
    case "box":
      return Float32Array.from(flat);
    case "multi-discrete":
      return Int32Array.from(flat);
    case "multi-binary":
      return Uint8Array.from(flat);
    case "tuple":
      return readParts(space.spaces, flat);
    case "dict": {
      const names = Object.keys(space.spaces);
      const values = readParts(Object.values(space.spaces), flat);
      return Object.fromEntries(names.map((name, i) => [name, values[i]]));
    }
  }
}

function readParts(spaces: readonly AnySpace[], flat: Float64Array): SpaceData[] {
  let offset = 0;
  return spaces.map((part) => read(part, flat.subarray(offset, (offset += part.size))));
}

/** What is wrong with a flat observation: the first element outside, with the part it belongs to; undefined if nothing is. */
export function findOutside(space: AnySpace, flat: ArrayLike<number>, first = 0): string | undefined {
  if (space.kind === "tuple" || space.kind === "dict") {
    let offset = first;
    for (const part of Object.values(space.spaces)) {
      const found = findOutside(part, flat, offset);
      if (found) return found;
      offset += part.size;
    }
    return undefined;
  }
  for (let i = 0; i < space.size; i++) {
    const value = flat[first + i];
    if (holds(space, i, value)) continue;
    const where = space.kind === "box" ? `box [${space.low[i]}, ${space.high[i]}]` : `${space}`;
    return `${value} outside ${where} (element ${first + i})`;
  }
  return undefined;
}

function holds(space: Exclude<AnySpace, { kind: "tuple" | "dict" }>, element: number, value: number): boolean {
  switch (space.kind) {
    case "discrete":
      return space.contains(value);
    case "box":
      return value >= space.low[element] && value <= space.high[element];
    case "multi-discrete":
      return Number.isInteger(value) && value >= 0 && value < space.counts[element];
    case "multi-binary":
      return value === 0 || value === 1;
  }
}

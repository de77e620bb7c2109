// Wrappers that change observations on their way out of an environment, each by itself.
import { type Bound, box } from "../box.ts";
import { discrete } from "../discrete.ts";
import type { EnvironmentDefinition } from "../environment.ts";
import { multiDiscrete } from "../multi-discrete.ts";
import type { AnySpace, Space } from "../spaces.ts";
import { expectDefinition, withObservations, wrapped } from "./wrapped.ts";

/** Writes into `out` what becomes of an observation. */
export type ObservationChange = (observation: Float32Array, out: Float32Array) => void;

/** An environment that observes in `space` what `change` makes of each observation. Gymnasium's TransformObservation. */
export const transformObservation = <State>(
  definition: EnvironmentDefinition<State>,
  change: ObservationChange,
  space: Space,
): EnvironmentDefinition<State> => changeObservations("TransformObservation", definition, { change, space });

/**
 * An environment that observes one vector: boxes element by element, of a discrete value as many elements as there are values, a 1 at its own
 * and 0 elsewhere, the parts of composites one after the other. Gymnasium's FlattenObservation.
 */
export function flattenObservation<State>(definition: EnvironmentDefinition<State>): EnvironmentDefinition<State> {
  expectDefinition("flattenObservation", definition);
  const pieces = piecesOf(definition.observation, 0);
  const [low, high] = (["low", "high"] as const).map((bound) => pieces.flatMap((piece) => piece[bound]));
  return changeObservations("FlattenObservation", definition, {
    space: box([low.length], { low, high }),
    change(observation, out) {
      let offset = 0;
      for (const { at, start, oneHot, low: bounds } of pieces) {
        if (oneHot) {
          out.fill(0, offset, offset + bounds.length);
          out[offset + observation[at] - start] = 1;
        } else for (let i = 0; i < bounds.length; i++) out[offset + i] = observation[at + i];
        offset += bounds.length;
      }
    },
  });
}

interface Piece {
  /** Its first element in the observation. */
  readonly at: number;
  readonly oneHot: boolean;
  /** The smallest value, where it is discrete. */
  readonly start: number;
  /** Bounds of the elements it is flattened to. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

function piecesOf(space: AnySpace, at: number): Piece[] {
  const oneHot = (from: number, n: number, start: number): Piece => ({
    at: from,
    oneHot: true,
    start,
    low: Array.from({ length: n }, () => 0),
    high: Array.from({ length: n }, () => 1),
  });
  const plain = (low: readonly number[], high: readonly number[]): Piece => ({
    at,
    oneHot: false,
    start: 0,
    low,
    high,
  });
  switch (space.kind) {
    case "discrete":
      return [oneHot(at, space.n, space.start)];
    case "multi-discrete":
      return space.counts.map((count, i) => oneHot(at + i, count, 0));
    case "multi-binary":
      return [
        plain(
          Array.from({ length: space.size }, () => 0),
          Array.from({ length: space.size }, () => 1),
        ),
      ];
    case "box":
      return [plain(Array.from(space.low), Array.from(space.high))];
    case "tuple":
    case "dict": {
      let offset = at;
      return Object.values<AnySpace>(space.spaces).flatMap((part) => {
        const pieces = piecesOf(part, offset);
        offset += part.size;
        return pieces;
      });
    }
  }
}

export interface DiscretizeObservationOptions {
  /** How many equal intervals, for all elements or for each. Default 10. */
  readonly bins?: number | readonly number[];
  /** Where the intervals begin and end, if not at the bounds of the box; observations beyond fall into the first and last. */
  readonly low?: Bound;
  readonly high?: Bound;
  /** Whether to observe the interval of each element rather than one index of all of them. Default false. */
  readonly multiDiscrete?: boolean;
}

/**
 * An environment that observes in which interval each element lies: all of them as one index, row by row, so that tables can be learned; or as a list.
 * Gymnasium's DiscretizeObservation.
 */
export function discretizeObservation<State>(
  definition: EnvironmentDefinition<State>,
  { bins = 10, low, high, multiDiscrete: apart = false }: DiscretizeObservationOptions = {},
): EnvironmentDefinition<State> {
  expectDefinition("discretizeObservation", definition);
  const { id, observation: inside } = definition;
  if (inside.kind !== "box")
    throw new TypeError(`discretizeObservation: observations of ${id} are ${inside}; expected a box.`);
  const range = box(inside.shape, { low: low ?? inside.low, high: high ?? inside.high });
  if (!range.low.every((bound, i) => Number.isFinite(range.high[i] - bound)))
    throw new RangeError(`discretizeObservation: ${range} has no finite bounds; pass low and high of the intervals.`);
  const counts = typeof bins === "number" ? Array.from({ length: inside.size }, () => bins) : [...bins];
  if (counts.length !== inside.size || !counts.every((count) => Number.isSafeInteger(count) && count > 0))
    throw new RangeError(
      `discretizeObservation: bins must be a positive whole number, or ${inside.size} of them; got ${JSON.stringify(bins)}.`,
    );
  const interval = (value: number, i: number): number => {
    const share = (value - range.low[i]) / (range.high[i] - range.low[i]);
    return Math.min(Math.max(Math.floor(share * counts[i]), 0), counts[i] - 1);
  };
  return changeObservations("DiscretizeObservation", definition, {
    space: apart ? multiDiscrete(counts) : discrete(counts.reduce((product, count) => product * count, 1)),
    change(observation, out) {
      if (apart) for (let i = 0; i < counts.length; i++) out[i] = interval(observation[i], i);
      else out[0] = observation.reduce((index, value, i) => index * counts[i] + interval(value, i), 0);
    },
  });
}

function changeObservations<State>(
  wrapper: string,
  definition: EnvironmentDefinition<State>,
  { change, space }: { change: ObservationChange; space: Space },
): EnvironmentDefinition<State> {
  expectDefinition(wrapper, definition);
  const inner = definition.observation.size;
  const observation = new Float32Array(inner);
  return wrapped(wrapper, definition, {
    observation: space,
    observe(state, out) {
      definition.observe(state, observation);
      change(observation, out);
    },
    grid: undefined,
    table: undefined,
    batch: definition.batch && withObservations(definition.batch, { inner, outer: space.size }, change),
  });
}

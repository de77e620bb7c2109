// Observations as numbers of states: whole values as they are, continuous elements by the interval they lie in.
import type { AnySpace, EnvironmentDefinition, Space } from "@agon/env";
import type { OptionSpec } from "../registry.ts";
import { OptionError } from "./options.ts";

export interface BinOptions {
  readonly bins?: readonly number[];
  readonly reach?: number;
}

/** How elements of boxes are cut; of no concern where observations are whole numbers. */
export const binOptions: readonly OptionSpec[] = [
  {
    key: "bins",
    default: [8],
    description: "Intervals of continuous observations: one number for all elements, or one for each.",
  },
  {
    key: "reach",
    default: 3,
    minimum: 1e-6,
    description: "Elements without bounds are cut within ± this; what lies beyond counts to the outermost interval.",
  },
];

/** A table has no more states than this. */
const STATES = 2 ** 22;

/** One element of an observation: ⌊(x − low)·scale⌋ within {0, …, count − 1}. */
interface Element {
  readonly low: number;
  readonly scale: number;
  readonly count: number;
}

export class StateIndex {
  /** How many there are. */
  readonly states: number;
  private readonly elements: readonly Element[];
  /** Observations are the numbers themselves. */
  private readonly plain: boolean;

  constructor(algorithm: string, environment: EnvironmentDefinition, options: Required<BinOptions>) {
    const cut = cutter(algorithm, environment, options);
    this.elements = elementsOf(environment.observation, cut);
    this.states = countOf(this.elements);
    this.plain = environment.observation.kind === "discrete" && environment.observation.start === 0;
  }

  /** Row by row: the last element counts ones. */
  of(observation: ArrayLike<number>): number {
    if (this.plain) return observation[0];
    let index = 0;
    for (let i = 0; i < this.elements.length; i++) {
      const { low, scale, count } = this.elements[i];
      const interval = Math.floor((observation[i] - low) * scale);
      index = index * count + Math.min(Math.max(interval, 0), count - 1);
    }
    return index;
  }
}

/** Null where observations can be numbered, else the reason. */
export const needsStates = (
  algorithm: string,
  environment: EnvironmentDefinition,
  { bins = [8], reach = 3 }: BinOptions,
): string | null => {
  const states = countOf(elementsOf(environment.observation, cutter(algorithm, environment, { bins, reach })));
  if (states <= STATES) return null;
  return `${algorithm} keeps a table of states; ${environment.id}, its observations cut into intervals, has more than ${STATES}.`;
};

/** The span of an element: its bounds, or ± reach where it lacks one. */
export const spanOf = (low: number, high: number, reach: number): readonly [low: number, high: number] =>
  Number.isFinite(high - low) ? [low, high] : [-reach, reach];

/** Throws unless an option lists one number for all elements of the observation, or one for each. */
export const expectPerElement = (
  algorithm: string,
  { id, observation }: EnvironmentDefinition,
  option: string,
  values: readonly number[],
): void => {
  if (values.length === 1 || values.length === observation.size) return;
  throw new OptionError(
    `${algorithm}: option ${option} is ${JSON.stringify(values)}; expected one number, or ${observation.size} for the elements of ${id}'s observations.`,
  );
};

type Cut = (low: number, high: number, at: number) => Element;

const cutter = (algorithm: string, environment: EnvironmentDefinition, { bins, reach }: Required<BinOptions>): Cut => {
  expectPerElement(algorithm, environment, "bins", bins);
  return (lowest, highest, at) => {
    const count = bins[bins.length === 1 ? 0 : at];
    const [low, high] = spanOf(lowest, highest, reach);
    return { low, count, scale: high > low ? count / (high - low) : 0 };
  };
};

const whole = (count: number, low = 0): Element => ({ low, scale: 1, count });

const elementsOf = (space: Space, cut: Cut): Element[] => {
  let at = 0;
  const ofPart = (part: AnySpace): Element[] => {
    if (part.kind === "tuple" || part.kind === "dict") return Object.values<AnySpace>(part.spaces).flatMap(ofPart);
    const start = at;
    at += part.size;
    if (part.kind === "discrete") return [whole(part.n, part.start)];
    if (part.kind === "multi-discrete") return part.counts.map((count) => whole(count));
    return Array.from({ length: part.size }, (_, i) =>
      part.kind === "multi-binary" ? whole(2) : cut(part.low[i], part.high[i], start + i),
    );
  };
  return ofPart(space);
};

const countOf = (elements: readonly Element[]): number => elements.reduce((product, { count }) => product * count, 1);

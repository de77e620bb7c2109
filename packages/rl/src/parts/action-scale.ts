// Actions that are vectors: networks think of each element as within [−1, 1], environments have intervals of their own.
import type { ActionSpace, EnvironmentDefinition } from "@agon/env";

/** A space of vectors. */
export type VectorSpace = Exclude<ActionSpace, { readonly kind: "discrete" }>;

/** What a policy over vectors would do, as the environment takes it; for pictures. All: [size]. */
export interface ActionThought {
  /** The action of the evaluated policy. */
  readonly best: Float32Array;
  /** One standard deviation to each side: about two thirds of what is drawn lie between. */
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Null where actions are vectors within bounds, else the reason. */
export const needsBounds = (algorithm: string, { id, action }: EnvironmentDefinition): string | null => {
  if (action.kind === "discrete") return `${algorithm} needs continuous actions; ${id} has discrete ones.`;
  const bounded = Array.from({ length: action.size }, (_, i) => Number.isFinite(action.low[i] + action.high[i]));
  return bounded.every(Boolean) ? null : `${algorithm} needs bounds for every action; ${id} has infinite ones.`;
};

/** a = middle + u·half, cut to the interval, for each element; a = u where there are no bounds. */
export class ActionScale {
  readonly size: number;
  private readonly space: VectorSpace;
  private readonly half: Float64Array;
  private readonly middle: Float64Array;

  constructor(space: VectorSpace) {
    const { size, low, high } = space;
    this.size = size;
    this.space = space;
    const bounded = (i: number): boolean => Number.isFinite(low[i]) && Number.isFinite(high[i]);
    this.half = Float64Array.from({ length: size }, (_, i) => (bounded(i) ? (high[i] - low[i]) / 2 : 1));
    this.middle = Float64Array.from({ length: size }, (_, i) => (bounded(i) ? (high[i] + low[i]) / 2 : 0));
  }

  /** Writes one or several vectors as the environment takes them. */
  enact(drawn: ArrayLike<number>, out: Float32Array): void {
    const { low, high } = this.space;
    for (let i = 0; i < drawn.length; i++) {
      const k = i % this.size;
      out[i] = Math.min(high[k], Math.max(low[k], this.middle[k] + drawn[i] * this.half[k]));
    }
  }

  /** Of squash(N(mean, deviation²)); best is squash(mean). */
  thought(
    mean: ArrayLike<number>,
    deviation: (i: number) => number,
    squash: (u: number) => number = (u) => u,
  ): ActionThought {
    const at = (deviations: number): Float32Array => {
      const out = new Float32Array(this.size);
      this.enact(
        out.map((_, i) => squash(mean[i] + deviations * deviation(i))),
        out,
      );
      return out;
    };
    return { best: at(0), low: at(-1), high: at(1) };
  }
}

// Observations as networks take them.
import type { Space } from "@agon/env";
import type { OptionSpec } from "../registry.ts";

export const scalingOption: OptionSpec = {
  key: "scaleObservations",
  default: false,
  description: "Take each element of an observation that has finite bounds from them to [−1, 1].",
};

/** Whether low and high are bounds to scale by: finite and apart; the largest float32 numbers stand for none. */
const bounded = (low: number, high: number): boolean => Number.isFinite(Math.fround(high - low)) && high > low;

/** Makes features of observations: one-hot of a discrete space; else the elements, x or where scaled (x − ½(low + high))·2/(high − low). */
export class Features {
  /** Features of an observation: one per state of a discrete space, one per element of another. */
  readonly width: number;
  private readonly space: Space;
  /** Per element the centre and the factor of scaling, 0 and 1 where it has no finite bounds; null where nothing is scaled. */
  private readonly scaling: { readonly centre: Float64Array; readonly factor: Float64Array } | null;

  constructor(space: Space, { scaleObservations = false }: { readonly scaleObservations?: boolean } = {}) {
    this.space = space;
    this.width = space.kind === "discrete" ? space.n : space.size;
    if (!scaleObservations || space.kind !== "box") {
      this.scaling = null;
      return;
    }
    const { low, high } = space;
    const centre = Float64Array.from(low, (x, i) => (bounded(x, high[i]) ? (x + high[i]) / 2 : 0));
    const factor = Float64Array.from(low, (x, i) => (bounded(x, high[i]) ? 2 / (high[i] - x) : 1));
    this.scaling = { centre, factor };
  }

  /** Writes the features of one observation, or of several in a row, at an offset. */
  write(observations: ArrayLike<number>, out: Float32Array, offset = 0): void {
    const { space, scaling, width } = this;
    if (space.kind === "discrete") {
      out.fill(0, offset, offset + observations.length * width);
      for (let i = 0; i < observations.length; i++) out[offset + i * width + observations[i] - space.start] = 1;
    } else if (scaling === null) {
      out.set(observations, offset);
    } else {
      const { centre, factor } = scaling;
      for (let row = 0; row < observations.length; row += width)
        for (let i = 0; i < width; i++) out[offset + row + i] = (observations[row + i] - centre[i]) * factor[i];
    }
  }
}

// Observations as networks take them.
import type { Space } from "@agon/env";

/** Width of the feature vector: one per state of a discrete space, one per element of a box. */
export const featureSize = (space: Space): number => (space.kind === "discrete" ? space.n : space.size);

/** Writes the features of an observation at an offset: one-hot for a discrete space, the elements themselves for a box. */
export const writeFeatures = (space: Space, observation: ArrayLike<number>, out: Float32Array, offset = 0): void => {
  if (space.kind !== "discrete") {
    for (let i = 0; i < space.size; i++) out[offset + i] = observation[i];
    return;
  }
  out.fill(0, offset, offset + space.n);
  out[offset + observation[0] - space.start] = 1;
};

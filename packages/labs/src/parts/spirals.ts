// Two spirals in each other: a small problem that no line and no single bend solves.
import { cos, sin } from "@agon/math";
import type { Random } from "@agon/random";
import { tensor, type Tensor } from "@agon/tensor";

export interface Spirals {
  /** [count, 2] */
  readonly points: Tensor;
  /** [count], int32: which of the two. */
  readonly labels: Tensor;
}

/** `count` points of two interleaved spirals of one and a half turns, with a little noise. */
export const spirals = (random: Random, count: number, noise = 0.05): Spirals => {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const points = [...labels].map((label) => {
    const radius = Math.sqrt(random.uniform(0.02, 1));
    const angle = 3 * Math.PI * radius + Math.PI * label;
    return [radius * cos(angle) + random.normal(0, noise), radius * sin(angle) + random.normal(0, noise)];
  });
  return { points: tensor(points), labels: tensor(labels) };
};

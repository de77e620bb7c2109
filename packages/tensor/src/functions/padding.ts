// Padding the last dims, by a constant or by what stands there.
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import { fromData, type Tensor } from "../tensor.ts";

export interface PadOptions {
  /** What to put there: a constant, the elements mirrored at the border, the border element, or those from the other end. */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
  /** The constant; default 0. */
  readonly value?: number;
}

/**
 * Adds elements at the ends of the last dims. sides: [before, after] of the last dim, then of the one before it, and so on, as in PyTorch;
 * negative numbers cut off.
 */
export const pad = (x: Tensor, sides: readonly number[], { mode = "constant", value = 0 }: PadOptions = {}): Tensor => {
  if (sides.length % 2 !== 0 || sides.length > 2 * x.rank || !sides.every(Number.isInteger))
    throw new ShapeError(
      `pad: ${showShape(sides)} are not pairs for the dims of ${showShape(x.shape)}, the last first.`,
    );
  const before = x.shape.map((_, dim) => sides[2 * (x.rank - 1 - dim)] ?? 0);
  const after = x.shape.map((_, dim) => sides[2 * (x.rank - 1 - dim) + 1] ?? 0);
  const cut = x.slice(
    ...x.shape.map((length, dim) => {
      const [start, stop] = [Math.max(0, -before[dim]), length - Math.max(0, -after[dim])];
      if (start > stop)
        throw new ShapeError(
          `pad: [${before[dim]}, ${after[dim]}] cuts more than the length ${length} of dim ${dim} (input ${showShape(x.shape)}).`,
        );
      return [start, stop] as const;
    }),
  );
  const added = (n: number): number => Math.max(0, n);
  if (mode === "constant") return cut.pad(before.map(added), after.map(added), value);
  return cut.shape.reduce((padded, length, dim) => {
    const [front, back] = [added(before[dim]), added(after[dim])];
    if (front === 0 && back === 0) return padded;
    const most = mode === "reflect" ? length - 1 : mode === "circular" ? length : length > 0 ? Infinity : 0;
    if (front > most || back > most)
      throw new ShapeError(
        `pad: mode "${mode}" adds at most ${most} to length ${length}, got [${front}, ${back}] for dim ${dim} (input ${showShape(x.shape)}).`,
      );
    const index = Int32Array.from({ length: front + length + back }, (_, i) => source(mode, i - front, length));
    return padded.take(fromData(index, [index.length]), dim);
  }, cut);
};

/** The position within [0, length) that stands for one outside. */
const source = (mode: "reflect" | "replicate" | "circular", at: number, length: number): number => {
  if (mode === "replicate") return Math.min(Math.max(at, 0), length - 1);
  if (mode === "circular") return (at + length) % length;
  return at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
};

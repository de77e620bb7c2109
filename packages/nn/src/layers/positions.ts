// Where a token stands, as a vector: sines and cosines of many wavelengths.
import { cos, exp, log, sin } from "@agon/math";
import { ShapeError, type Tensor, tensor } from "@agon/tensor";
import { Module } from "../module.ts";

export interface PositionOptions {
  /** The longest wavelength is 2π·base; default 10⁴. */
  readonly base?: number;
  readonly dtype?: "float32" | "float64";
}

/**
 * P[t, 2i] = sin(t/base^(2i/width)), P[t, 2i+1] = cos of the same (Vaswani et al. 2017, sec. 3.5). [length, width]; an odd width ends
 * with a sine.
 */
export const sinusoidalPositions = (
  length: number,
  width: number,
  { base = 1e4, dtype = "float32" }: PositionOptions = {},
): Tensor => {
  const table = new Float64Array(length * width);
  for (let column = 0; column < width; column++) {
    const frequency = exp((-2 * Math.floor(column / 2) * log(base)) / width);
    const wave = column % 2 === 0 ? sin : cos;
    for (let t = 0; t < length; t++) table[t * width + column] = wave(t * frequency);
  }
  return tensor(table, { shape: [length, width], dtype });
};

/** x + sinusoidalPositions. x: [batch, time, width] with time up to `length`. */
export class SinusoidalPositions extends Module {
  static readonly kind: string = "SinusoidalPositions";
  private readonly table: Tensor;

  constructor(length: number, width: number, options: PositionOptions = {}) {
    super();
    this.table = sinusoidalPositions(length, width, options);
  }

  forward(x: Tensor): Tensor {
    const [length, width] = this.table.shape;
    const [time, given] = x.shape.slice(-2);
    if (x.rank < 2 || given !== width || time > length || time === 0)
      throw new ShapeError(
        `SinusoidalPositions: input is [${x.shape.join(", ")}]; expected […, time from 1 to ${length}, ${width}].`,
      );
    // Laid beside flattened sequences: backends broadcast a row fast.
    const table = this.table.narrow(0, 0, time).reshape([time * width]);
    return x
      .reshape([-1, time * width])
      .add(table)
      .reshape(x.shape);
  }
}

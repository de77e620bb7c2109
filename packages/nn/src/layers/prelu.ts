// The rectifier whose slope is learned.
import { full, Parameter, ShapeError, type Tensor } from "@agon/tensor";
import { Module } from "../module.ts";

export interface PReLUOptions {
  /** One slope for all (default 1), or as many as channels. */
  readonly parameters?: number;
  /** What slopes start from; default 0.25. */
  readonly initial?: number;
}

/** x where positive, else weight·x (He et al. 2015, eq. 1). x: [batch, channels, …]; weight: [1] or [channels]. */
export class PReLU extends Module {
  static readonly kind: string = "PReLU";
  readonly weight: Parameter;

  constructor({ parameters = 1, initial = 0.25 }: PReLUOptions = {}) {
    super();
    this.weight = new Parameter(full([parameters], initial));
  }

  forward(x: Tensor): Tensor {
    const [slopes] = this.weight.shape;
    if (slopes > 1 && x.shape[1] !== slopes)
      throw new ShapeError(
        `PReLU: input is [${x.shape.join(", ")}]; expected [batch, ${slopes}, …], a slope for each channel.`,
      );
    const { value } = this.weight;
    if (slopes === 1) return x.greater(0).where(x, x.mul(value));
    // A row for each channel: backends broadcast a column fast.
    const rows = x.reshape([x.shape[0] * slopes, x.shape.slice(2).reduce((n, length) => n * length, 1)]);
    const slope = value.expand([x.shape[0], slopes]).reshape([x.shape[0] * slopes, 1]);
    return rows.greater(0).where(rows, rows.mul(slope)).reshape(x.shape);
  }
}

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
    const slope =
      slopes === 1 ? this.weight.value : this.weight.value.reshape([slopes, ...x.shape.slice(2).map(() => 1)]);
    return x.greater(0).where(x, x.mul(slope));
  }
}

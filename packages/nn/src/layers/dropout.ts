// Dropout layers: parts of a network switched off at random while it trains.
import { dropout, ones, RandomStream, ShapeError, type Tensor } from "@agon/tensor";
import { initialRandom } from "../initialise.ts";
import { Module } from "../module.ts";

export interface DropoutLayerOptions {
  /** Where its chance comes from; default a stream of its own, seeded by the stream that initial weights come from. */
  readonly random?: RandomStream;
}

/** A stream of its own for a layer made now. */
export const ownStream = (): RandomStream => new RandomStream(initialRandom().integer(2 ** 32), "dropout");

const share = (layer: string, p: number): number => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${layer}: p is ${p}; expected a number from 0 to 1.`);
  return p;
};

/**
 * In training: x·m/(1 − p) with m = 0 with probability p, else 1 (Srivastava et al. 2014), drawn anew at each call, also of a compiled
 * step. In evaluation: x.
 */
export class Dropout extends Module {
  static readonly kind: string = "Dropout";
  readonly random: RandomStream;
  private readonly p: number;

  constructor(p = 0.5, { random = ownStream() }: DropoutLayerOptions = {}) {
    super();
    this.p = share("Dropout", p);
    this.random = random;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.random, { p: this.p, training: this.training });
  }
}

/** Dropout of whole channels (Tompson et al. 2015): for images, whose neighbouring pixels tell each other. x: [batch, channels, …]. */
export class SpatialDropout extends Module {
  static readonly kind: string = "SpatialDropout";
  readonly random: RandomStream;
  private readonly p: number;

  constructor(p = 0.5, { random = ownStream() }: DropoutLayerOptions = {}) {
    super();
    this.p = share("SpatialDropout", p);
    this.random = random;
  }

  forward(x: Tensor): Tensor {
    if (x.rank < 3)
      throw new ShapeError(`SpatialDropout: input is [${x.shape.join(", ")}]; expected [batch, channels, …].`);
    if (!this.training) return x;
    const [batch, channels] = x.shape;
    const factors = dropout(ones([batch, channels, ...x.shape.slice(2).map(() => 1)], x.dtype), this.random, {
      p: this.p,
    });
    return x.mul(factors);
  }
}

// Networks for actions that are vectors within [−1, 1]: what acts, and what values an action.
import { MLP, Module } from "@agon/nn";
import { concat, type Tensor } from "@agon/tensor";

/** µ(s) = tanh of an MLP. */
export class DeterministicActor extends Module {
  readonly network: MLP;

  constructor(inputs: number, hidden: readonly number[], size: number) {
    super();
    this.network = new MLP(inputs, ...hidden, size);
  }

  /** [batch, inputs] → [batch, size] */
  forward(features: Tensor): Tensor {
    return this.network.forward(features).tanh();
  }
}

/** Bounds of ln σ, as in the authors' code for SAC. */
const LOG_STD = { low: -20, high: 2 };

/** Mean µ and ln σ of a normal distribution, both from one MLP; the action is tanh of what is drawn. */
export class SquashedActor extends Module<[features: Tensor], readonly [mean: Tensor, logStd: Tensor]> {
  readonly network: MLP;
  private readonly size: number;

  constructor(inputs: number, hidden: readonly number[], size: number) {
    super();
    this.network = new MLP(inputs, ...hidden, 2 * size);
    this.size = size;
  }

  /** [batch, inputs] → two of [batch, size] */
  forward(features: Tensor): readonly [mean: Tensor, logStd: Tensor] {
    const both = this.network.forward(features);
    const { size } = this;
    return [both.slice(null, [0, size]), both.slice(null, [size, 2 * size]).clamp(LOG_STD.low, LOG_STD.high)];
  }
}

/** Q(s, a): an MLP of the features and the action side by side. */
export class ActionCritic extends Module<[features: Tensor, actions: Tensor]> {
  readonly network: MLP;

  constructor(inputs: number, hidden: readonly number[], size: number) {
    super();
    this.network = new MLP(inputs + size, ...hidden, 1);
  }

  /** [batch, inputs], [batch, size] → [batch] */
  forward(features: Tensor, actions: Tensor): Tensor {
    return this.network.forward(concat([features, actions], 1)).squeeze(1);
  }
}

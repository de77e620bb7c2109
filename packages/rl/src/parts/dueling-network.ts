// The dueling network (Wang et al. 2016): one stream tells what a state is worth, the other how much better each action is.
import { MLP, Module } from "@agon/nn";
import type { Tensor } from "@agon/tensor";
import { dueling } from "./targets.ts";

/** Q(s, a) = V(s) + A(s, a) − meanₐ A. The streams share all hidden layers but the last, of which each has its own. x: [batch, inputs]; result: [batch, actions]. */
export class DuelingNetwork extends Module {
  readonly shared: MLP | null;
  readonly value: MLP;
  readonly advantage: MLP;

  constructor(inputs: number, hidden: readonly number[], actions: number) {
    super();
    const shared = hidden.slice(0, -1);
    const last = hidden.slice(-1);
    const width = shared.at(-1) ?? inputs;
    this.shared = shared.length > 0 ? new MLP(inputs, ...shared) : null;
    this.value = new MLP(width, ...last, 1);
    this.advantage = new MLP(width, ...last, actions);
  }

  forward(x: Tensor): Tensor {
    const seen = this.shared ? this.shared.forward(x).relu() : x;
    return dueling(this.value.forward(seen), this.advantage.forward(seen));
  }
}

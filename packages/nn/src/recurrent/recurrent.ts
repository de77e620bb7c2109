// Recurrent networks over whole sequences.
import type { Tensor } from "@agon/tensor";
import { Module } from "../module.ts";
import { elman, gated, longShortTerm } from "./cells.ts";
import { type RecurrentOptions, RecurrentStack } from "./stack.ts";

export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

export interface RecurrentInput {
  /** The hidden state to begin with, [layers·directions, batch, hidden]; default zeros. */
  readonly hidden?: Tensor;
  /** How many steps of each sequence count, int32 [batch]: behind them outputs are 0 and states stay. Default all. */
  readonly lengths?: Tensor;
}

export interface RecurrentOutput {
  /** The last layer's hidden state at each step: [batch, time, directions·hidden]. */
  readonly output: Tensor;
  /** The hidden state after the last step that counts, of each layer and direction: [layers·directions, batch, hidden]. */
  readonly hidden: Tensor;
}

type Parts = readonly (readonly [name: string, part: unknown])[];

/** h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh) over a sequence (Elman 1990). x: [batch, time, inputs]. Weights start uniform in ±1/√hidden. */
export class RNN extends Module<[x: Tensor, input?: RecurrentInput], RecurrentOutput> {
  static readonly kind: string = "RNN";
  private readonly stack: RecurrentStack;

  constructor(inputs: number, hidden: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super();
    this.stack = new RecurrentStack("RNN", elman(nonlinearity), [inputs, hidden], options);
  }

  override parts(): Parts {
    return [...this.stack.parts(), ["dropout", this.stack.dropout]];
  }

  override flops([input]: readonly (readonly number[])[]): number {
    return this.stack.flops(input[0] * input[1]);
  }

  forward(x: Tensor, { hidden, lengths }: RecurrentInput = {}): RecurrentOutput {
    const { output, states } = this.stack.run(x, { states: [hidden], lengths });
    return { output, hidden: states[0] };
  }
}

/** A gated recurrent unit over a sequence (Cho et al. 2014). x: [batch, time, inputs]. Weights start uniform in ±1/√hidden. */
export class GRU extends Module<[x: Tensor, input?: RecurrentInput], RecurrentOutput> {
  static readonly kind: string = "GRU";
  private readonly stack: RecurrentStack;

  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    super();
    this.stack = new RecurrentStack("GRU", gated, [inputs, hidden], options);
  }

  override parts(): Parts {
    return [...this.stack.parts(), ["dropout", this.stack.dropout]];
  }

  override flops([input]: readonly (readonly number[])[]): number {
    return this.stack.flops(input[0] * input[1]);
  }

  forward(x: Tensor, { hidden, lengths }: RecurrentInput = {}): RecurrentOutput {
    const { output, states } = this.stack.run(x, { states: [hidden], lengths });
    return { output, hidden: states[0] };
  }
}

export interface LSTMInput extends RecurrentInput {
  /** The cell state to begin with, [layers·directions, batch, hidden]; default zeros. */
  readonly cell?: Tensor;
}

export interface LSTMOutput extends RecurrentOutput {
  /** The cell state after the last step that counts: [layers·directions, batch, hidden]. */
  readonly cell: Tensor;
}

/** Long short-term memory over a sequence (Hochreiter & Schmidhuber 1997). x: [batch, time, inputs]. Weights start uniform in ±1/√hidden. */
export class LSTM extends Module<[x: Tensor, input?: LSTMInput], LSTMOutput> {
  static readonly kind: string = "LSTM";
  private readonly stack: RecurrentStack;

  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    super();
    this.stack = new RecurrentStack("LSTM", longShortTerm, [inputs, hidden], options);
  }

  override parts(): Parts {
    return [...this.stack.parts(), ["dropout", this.stack.dropout]];
  }

  override flops([input]: readonly (readonly number[])[]): number {
    return this.stack.flops(input[0] * input[1]);
  }

  forward(x: Tensor, { hidden, cell, lengths }: LSTMInput = {}): LSTMOutput {
    const { output, states } = this.stack.run(x, { states: [hidden, cell], lengths });
    return { output, hidden: states[0], cell: states[1] };
  }
}

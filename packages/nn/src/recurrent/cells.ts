// One step of recurrent networks: the rules of RNN, LSTM and GRU, and each as a module.
import { type Parameter, ShapeError, type Tensor, zeros } from "@agon/tensor";
import { initialRandom, uniform } from "../initialise.ts";
import { Module, parameter } from "../module.ts";

/** The weights of all gates, one below the other: weightIh [gates·hidden, inputs], weightHh [gates·hidden, hidden], biases [gates·hidden]. */
export interface GateParameters {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
}

export interface CellOptions {
  /** Adds numbers to the gates; default true. */
  readonly bias?: boolean;
}

/** Uniform in ±1/√hidden, as PyTorch's. */
export const gateParameters = (
  kind: CellKind,
  inputs: number,
  hidden: number,
  { bias = true }: CellOptions = {},
): GateParameters => {
  const rows = kind.gates * hidden;
  const random = initialRandom();
  const draw = (shape: readonly number[]): Parameter =>
    parameter(
      uniform(
        shape.reduce((n, length) => n * length, 1),
        1 / Math.sqrt(hidden),
        random,
      ),
      shape,
    );
  return {
    weightIh: draw([rows, inputs]),
    weightHh: draw([rows, hidden]),
    biasIh: bias ? draw([rows]) : null,
    biasHh: bias ? draw([rows]) : null,
  };
};

/** What the gates make of the input and of the hidden state, before their activation; the k-th gate: [batch, hidden]. */
export interface Gates {
  fromInput(x: Tensor, k: number): Tensor;
  fromHidden(h: Tensor, k: number): Tensor;
  /** Their sum. */
  fromBoth(x: Tensor, h: Tensor, k: number): Tensor;
}

/** Cuts the weights apart by gate, once for a whole sequence: cheaper than cutting the gates apart at each step. */
export const gatesOf = ({ weightIh, weightHh, biasIh, biasHh }: GateParameters): Gates => {
  const hidden = weightHh.shape[1];
  const cut = (weights: Parameter | null): Tensor[] => {
    const value = weights?.value;
    return value ? Array.from({ length: value.shape[0] / hidden }, (_, k) => value.narrow(0, k * hidden, hidden)) : [];
  };
  const [input, recurrent, inputBias, hiddenBias] = [cut(weightIh), cut(weightHh), cut(biasIh), cut(biasHh)];
  const bias = inputBias.map((one, k) => one.add(hiddenBias[k]));
  const affine = (x: Tensor, weight: Tensor, offset: Tensor | undefined): Tensor => {
    const y = x.multiply(weight, { transposeB: true });
    return offset ? y.add(offset) : y;
  };
  return {
    fromInput: (x, k) => affine(x, input[k], inputBias[k]),
    fromHidden: (h, k) => affine(h, recurrent[k], hiddenBias[k]),
    fromBoth: (x, h, k) => affine(x, input[k], bias[k]).add(affine(h, recurrent[k], undefined)),
  };
};

/** A rule of recurrence. States: [batch, hidden] each, the first of them the output. */
export interface CellKind {
  readonly gates: number;
  readonly states: number;
  step(gates: Gates, x: Tensor, states: readonly Tensor[]): readonly Tensor[];
}

/** h' = f(W_ih·x + b_ih + W_hh·h + b_hh) with f = tanh or relu (Elman 1990). */
export const elman = (nonlinearity: "tanh" | "relu"): CellKind => ({
  gates: 1,
  states: 1,
  step: (gates, x, [h]) => [gates.fromBoth(x, h, 0)[nonlinearity]()],
});

/** i, f, o = σ(…), g = tanh(…), c' = f·c + i·g, h' = o·tanh(c'); gates in the order i, f, g, o (Hochreiter & Schmidhuber 1997; Gers et al. 2000). */
export const longShortTerm: CellKind = {
  gates: 4,
  states: 2,
  step(gates, x, [h, c]) {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => gates.fromBoth(x, h, k));
    const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(cell.tanh()), cell];
  },
};

/** r, z = σ(…), n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), h' = (1 − z)·n + z·h; gates in the order r, z, n (Cho et al. 2014, as PyTorch has it). */
export const gated: CellKind = {
  gates: 3,
  states: 1,
  step(gates, x, [h]) {
    const [r, z] = [0, 1].map((k) => gates.fromBoth(x, h, k).sigmoid());
    const n = gates
      .fromInput(x, 2)
      .add(r.mul(gates.fromHidden(h, 2)))
      .tanh();
    return [n.add(z.mul(h.sub(n)))];
  },
};

/** One step; a state that is not given is zero. */
const stepOf = (
  name: string,
  kind: CellKind,
  weights: GateParameters,
  x: Tensor,
  given: readonly (Tensor | undefined)[],
): readonly Tensor[] => {
  const [inputs, hidden] = [weights.weightIh.shape[1], weights.weightHh.shape[1]];
  if (x.rank !== 2 || x.shape[1] !== inputs)
    throw new ShapeError(`${name}: input is [${x.shape.join(", ")}]; expected [batch, ${inputs}].`);
  const shape = [x.shape[0], hidden];
  const states = given.map((state) => {
    if (state && state.shape.join() !== shape.join())
      throw new ShapeError(`${name}: a state is [${state.shape.join(", ")}]; expected [${shape.join(", ")}].`);
    return state ?? zeros(shape, x.dtype);
  });
  return kind.step(gatesOf(weights), x, states);
};

/** One step of a recurrent network, h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh). x: [batch, inputs], h: [batch, hidden] → [batch, hidden]. */
export class RNNCell extends Module<[x: Tensor, hidden?: Tensor]> implements GateParameters {
  declare readonly weightIh: Parameter;
  declare readonly weightHh: Parameter;
  declare readonly biasIh: Parameter | null;
  declare readonly biasHh: Parameter | null;
  private readonly kind: CellKind;

  constructor(
    inputs: number,
    hidden: number,
    { nonlinearity = "tanh", ...options }: CellOptions & { readonly nonlinearity?: "tanh" | "relu" } = {},
  ) {
    super();
    this.kind = elman(nonlinearity);
    Object.assign(this, gateParameters(this.kind, inputs, hidden, options));
  }

  forward(x: Tensor, hidden?: Tensor): Tensor {
    return stepOf("RNNCell", this.kind, this, x, [hidden])[0];
  }
}

/** One step of an LSTM. x: [batch, inputs], both states: [batch, hidden]. */
export class LSTMCell
  extends Module<[x: Tensor, states?: { hidden?: Tensor; cell?: Tensor }], { hidden: Tensor; cell: Tensor }>
  implements GateParameters
{
  declare readonly weightIh: Parameter;
  declare readonly weightHh: Parameter;
  declare readonly biasIh: Parameter | null;
  declare readonly biasHh: Parameter | null;

  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    super();
    Object.assign(this, gateParameters(longShortTerm, inputs, hidden, options));
  }

  forward(x: Tensor, states: { hidden?: Tensor; cell?: Tensor } = {}): { hidden: Tensor; cell: Tensor } {
    const [hidden, cell] = stepOf("LSTMCell", longShortTerm, this, x, [states.hidden, states.cell]);
    return { hidden, cell };
  }
}

/** One step of a GRU. x: [batch, inputs], h: [batch, hidden] → [batch, hidden]. */
export class GRUCell extends Module<[x: Tensor, hidden?: Tensor]> implements GateParameters {
  declare readonly weightIh: Parameter;
  declare readonly weightHh: Parameter;
  declare readonly biasIh: Parameter | null;
  declare readonly biasHh: Parameter | null;

  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    super();
    Object.assign(this, gateParameters(gated, inputs, hidden, options));
  }

  forward(x: Tensor, hidden?: Tensor): Tensor {
    return stepOf("GRUCell", gated, this, x, [hidden])[0];
  }
}

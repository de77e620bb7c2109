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

/** The weights of one gate: what it makes of the input, and of the hidden state. */
interface GateWeights {
  readonly input: Tensor;
  readonly hidden: Tensor;
  readonly inputBias: Tensor | undefined;
  readonly hiddenBias: Tensor | undefined;
}

/** Cuts the weights apart by gate, once for a whole sequence: cheaper than cutting the gates apart at each step. */
const cutByGate = ({ weightIh, weightHh, biasIh, biasHh }: GateParameters): GateWeights[] => {
  const size = weightHh.shape[1];
  const [input, hidden, inputBias, hiddenBias] = [weightIh, weightHh, biasIh, biasHh].map((weights) => weights?.value);
  return Array.from({ length: weightHh.shape[0] / size }, (_, k) => {
    const cut = <T extends Tensor | undefined>(value: T): T => value?.narrow(0, k * size, size) as T;
    return {
      input: cut(input as Tensor),
      hidden: cut(hidden as Tensor),
      inputBias: cut(inputBias),
      hiddenBias: cut(hiddenBias),
    };
  });
};

/** What the gates make of the hidden state and of one step's input, before their activation; the k-th gate: [batch, hidden]. */
export interface Gates {
  fromInput(k: number): Tensor;
  fromHidden(h: Tensor, k: number): Tensor;
}

/** The sum of both. */
const fromBoth = (gates: Gates, h: Tensor, k: number): Tensor => gates.fromInput(k).add(gates.fromHidden(h, k));

/**
 * The gates of every step of a sequence. x: [time·batch, inputs], step by step. What the gates make of the inputs is one product for all steps;
 * both biases go with it, except for gates that use the hidden part apart.
 */
export const gatesOf = (kind: CellKind, weights: GateParameters, x: Tensor, batch: number): ((t: number) => Gates) => {
  const cut = cutByGate(weights);
  const affine = (input: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor => {
    const y = input.multiply(weight, { transposeB: true });
    return bias ? y.add(bias) : y;
  };
  const fromInputs = cut.map(({ input, inputBias, hiddenBias }, k) => {
    const together = inputBias && hiddenBias && !kind.hiddenApart.includes(k) ? inputBias.add(hiddenBias) : inputBias;
    return affine(x, input, together);
  });
  return (t) => ({
    fromInput: (k) => fromInputs[k].narrow(0, t * batch, batch),
    fromHidden: (h, k) => affine(h, cut[k].hidden, kind.hiddenApart.includes(k) ? cut[k].hiddenBias : undefined),
  });
};

/** A rule of recurrence. States: [batch, hidden] each, the first of them the output. */
export interface CellKind {
  readonly gates: number;
  readonly states: number;
  /** The gates that use what comes from the hidden state apart from what comes from the input. */
  readonly hiddenApart: readonly number[];
  step(gates: Gates, states: readonly Tensor[]): readonly Tensor[];
}

/** h' = f(W_ih·x + b_ih + W_hh·h + b_hh) with f = tanh or relu (Elman 1990). */
export const elman = (nonlinearity: "tanh" | "relu"): CellKind => ({
  gates: 1,
  states: 1,
  hiddenApart: [],
  step: (gates, [h]) => [fromBoth(gates, h, 0)[nonlinearity]()],
});

/** i, f, o = σ(…), g = tanh(…), c' = f·c + i·g, h' = o·tanh(c'); gates in the order i, f, g, o (Hochreiter & Schmidhuber 1997; Gers et al. 2000). */
export const longShortTerm: CellKind = {
  gates: 4,
  states: 2,
  hiddenApart: [],
  step(gates, [h, c]) {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => fromBoth(gates, h, k));
    const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(cell.tanh()), cell];
  },
};

/** r, z = σ(…), n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), h' = (1 − z)·n + z·h; gates in the order r, z, n (Cho et al. 2014, as PyTorch has it). */
export const gated: CellKind = {
  gates: 3,
  states: 1,
  hiddenApart: [2],
  step(gates, [h]) {
    const [r, z] = [0, 1].map((k) => fromBoth(gates, h, k).sigmoid());
    const n = gates
      .fromInput(2)
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
  return kind.step(gatesOf(kind, weights, x, x.shape[0])(0), states);
};

/** One step of a recurrent network, h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh). x: [batch, inputs], h: [batch, hidden] → [batch, hidden]. */
export class RNNCell extends Module<[x: Tensor, hidden?: Tensor]> implements GateParameters {
  static readonly kind: string = "RNNCell";
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
  static readonly kind: string = "LSTMCell";
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
  static readonly kind: string = "GRUCell";
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

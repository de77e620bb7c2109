// A rule of recurrence run over whole sequences: several layers, both directions, sequences of different lengths.
import { ShapeError, stack, type Tensor, zeros } from "@agon/tensor";
import { Dropout } from "../layers/dropout.ts";
import { type CellKind, type CellOptions, gateParameters, type GateParameters, gatesOf } from "./cells.ts";

export interface RecurrentOptions extends CellOptions {
  /** How many are stacked, each reading the outputs of the one below; default 1. */
  readonly layers?: number;
  /** A second network reads each sequence from its end; outputs are side by side. Default false. */
  readonly bidirectional?: boolean;
  /** Sequences are [batch, time, …] (the default) or [time, batch, …]. */
  readonly batchFirst?: boolean;
  /** Share dropped between layers in training; default 0. */
  readonly dropout?: number;
}

/** What a whole sequence is run with. */
export interface Run {
  /** States to begin with, [layers·directions, batch, hidden]; zeros where not given. */
  readonly states: readonly (Tensor | undefined)[];
  /** How many steps of each sequence count, int32 [batch]; all where not given. */
  readonly lengths?: Tensor;
}

/** The layers of a recurrent network. */
export class RecurrentStack {
  readonly dropout: Dropout | null;
  private readonly name: string;
  private readonly kind: CellKind;
  private readonly batchFirst: boolean;
  private readonly inputs: number;
  private readonly hidden: number;
  /** By layer, then by direction. */
  private readonly weights: readonly (readonly GateParameters[])[];

  constructor(
    name: string,
    kind: CellKind,
    [inputs, hidden]: readonly [inputs: number, hidden: number],
    { layers = 1, bidirectional = false, batchFirst = true, dropout = 0, bias }: RecurrentOptions,
  ) {
    if (!Number.isInteger(layers) || layers < 1)
      throw new RangeError(`${name}: layers is ${layers}; expected a whole number from 1 up.`);
    this.name = name;
    this.kind = kind;
    this.batchFirst = batchFirst;
    this.inputs = inputs;
    this.hidden = hidden;
    this.dropout = dropout === 0 ? null : new Dropout(dropout);
    const directions = bidirectional ? 2 : 1;
    this.weights = Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: directions }, () =>
        gateParameters(kind, layer === 0 ? inputs : directions * hidden, hidden, { bias }),
      ),
    );
  }

  /** The weights under PyTorch's names: weight_ih_l0, …, bias_hh_l1_reverse. */
  parts(): readonly (readonly [name: string, part: unknown])[] {
    return this.weights.flatMap((directions, layer) =>
      directions.flatMap(({ weightIh, weightHh, biasIh, biasHh }, direction) => {
        const suffix = `l${layer}${direction === 1 ? "_reverse" : ""}`;
        const named = { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh };
        return Object.entries(named).map(([name, part]) => [`${name}_${suffix}`, part] as const);
      }),
    );
  }

  /** Of all matrix products, for a number of steps of all sequences together. */
  flops(steps: number): number {
    const products = this.weights.flat().flatMap(({ weightIh, weightHh }) => [weightIh.shape, weightHh.shape]);
    return products.reduce((sum, [rows, columns]) => sum + 2 * rows * columns * steps, 0);
  }

  /** Outputs of the last layer at each step, [batch, time, directions·hidden], and the states after the last, [layers·directions, batch, hidden]. */
  run(x: Tensor, run: Run): { readonly output: Tensor; readonly states: readonly Tensor[] } {
    const initial = this.checked(x, run);
    const last: (readonly Tensor[])[] = [];
    // Step by step: each step's rows lie side by side.
    let sequence = this.batchFirst ? x.permute([1, 0, 2]) : x; // [time, batch, inputs]
    this.weights.forEach((directions, layer) => {
      const results = directions.map((weights, direction) =>
        this.direction(sequence, weights, {
          states: initial.map((state) => state.select(0, layer * directions.length + direction)),
          lengths: run.lengths,
          backwards: direction === 1,
        }),
      );
      last.push(...results.map(({ states }) => states));
      const [first, ...others] = results.map(({ outputs }) => stack(outputs)); // [time, batch, hidden]
      sequence = first.concat(others, 2);
      if (this.dropout && layer < this.weights.length - 1) sequence = this.dropout.forward(sequence);
    });
    const states = initial.map((_, i) => stack(last.map((each) => each[i])));
    return { output: this.batchFirst ? sequence.permute([1, 0, 2]) : sequence, states };
  }

  private direction(
    sequence: Tensor,
    weights: GateParameters,
    { states: initial, lengths, backwards }: { states: readonly Tensor[]; lengths?: Tensor; backwards: boolean },
  ): { readonly outputs: readonly Tensor[]; readonly states: readonly Tensor[] } {
    const [time, batch, inputs] = sequence.shape;
    const gates = gatesOf(this.kind, weights, sequence.reshape([time * batch, inputs]), batch);
    const outputs: Tensor[] = [];
    let states = initial;
    for (let i = 0; i < time; i++) {
      const t = backwards ? time - 1 - i : i;
      const next = this.kind.step(gates(t), states);
      const counts = lengths?.greater(t).unsqueeze(1); // [batch, 1]
      outputs[t] = counts ? counts.where(next[0], 0) : next[0];
      const before = states;
      states = counts ? next.map((state, k) => counts.where(state, before[k])) : next;
    }
    return { outputs, states };
  }

  /** The initial states, zeros where none are given. */
  private checked(x: Tensor, { states, lengths }: Run): readonly Tensor[] {
    const order = this.batchFirst ? "batch, time" : "time, batch";
    if (x.rank !== 3 || x.shape[2] !== this.inputs || x.shape[this.batchFirst ? 1 : 0] === 0)
      throw new ShapeError(
        `${this.name}: input is [${x.shape.join(", ")}]; expected [${order}, ${this.inputs}] with steps.`,
      );
    const batch = x.shape[this.batchFirst ? 0 : 1];
    const shape = [this.weights.length * this.weights[0].length, batch, this.hidden];
    if (lengths && (lengths.dtype !== "int32" || lengths.shape.join() !== String(batch)))
      throw new ShapeError(
        `${this.name}: lengths are ${lengths.dtype} [${lengths.shape.join(", ")}]; expected int32 [${batch}].`,
      );
    return states.map((state) => {
      if (state && state.shape.join() !== shape.join())
        throw new ShapeError(`${this.name}: a state is [${state.shape.join(", ")}]; expected [${shape.join(", ")}].`);
      return state ?? zeros(shape, x.dtype);
    });
  }
}

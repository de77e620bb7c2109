// What recurrent networks promise beyond their values: states carried on, sequences of different lengths, compiled steps.
import { createRandom } from "@agon/random";
import { compile, grad, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { GRU, LSTM, LSTMCell, type Module, RNN, RNNCell, type RecurrentOptions } from "../index.ts";

const random = createRandom(3);
const draw = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((n, length) => n * length, 1) }, () => random.normal()),
    { shape },
  );

const expectNear = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape);
  const wanted = want.dataSync();
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
};

const kinds = {
  RNN: (options: RecurrentOptions) => new RNN(3, 4, { ...options, nonlinearity: "relu" }),
  LSTM: (options: RecurrentOptions) => new LSTM(3, 4, options),
  GRU: (options: RecurrentOptions) => new GRU(3, 4, options),
};

describe.each(Object.entries(kinds))("%s", (_, make) => {
  it("goes on where it was: two halves are the whole", () => {
    const network = make({ layers: 2 });
    const x = draw([2, 7, 3]);
    const whole = network.forward(x);
    const first = network.forward(x.narrow(1, 0, 3));
    const second = network.forward(x.narrow(1, 3, 4), first);
    expectNear(first.output.concat([second.output], 1), whole.output);
    expectNear(second.hidden, whole.hidden);
  });
  it("with lengths, each sequence is as if it were alone, in both directions", () => {
    const network = make({ layers: 2, bidirectional: true });
    const x = draw([3, 5, 3]);
    const lengths = [5, 2, 1];
    const together = network.forward(x, { lengths: tensor(lengths, { dtype: "int32" }) });
    lengths.forEach((length, n) => {
      const alone = network.forward(x.narrow(0, n, 1).narrow(1, 0, length));
      expectNear(together.output.narrow(0, n, 1).narrow(1, 0, length), alone.output);
      expectNear(together.hidden.narrow(1, n, 1), alone.hidden);
      const behind = together.output.narrow(0, n, 1).narrow(1, length, 5 - length);
      expect(behind.dataSync().every((value) => value === 0)).toBe(true);
    });
  });
  it("compiled is eager, value and gradient", () => {
    const network = make({ bidirectional: true });
    const f = (x: Tensor): Tensor => network.forward(x).output.square().sum();
    const x = draw([2, 9, 3]);
    expectNear(compile(f)(x), f(x));
    expectNear(compile(grad(f))(x), grad(f)(x));
  });
  it("drops between layers while it trains, and not after the last", () => {
    const network = make({ layers: 2, dropout: 0.5 });
    const x = draw([1, 4, 3]);
    const twice = (): boolean =>
      network.forward(x).output.toArraySync().toString() === network.forward(x).output.toArraySync().toString();
    expect(twice()).toBe(false);
    network.eval();
    expect(twice()).toBe(true);
    expect((make({ dropout: 0.5 }) as unknown as Module).namedVariables().has("dropout.random")).toBe(true);
    const single = make({ dropout: 0.5 });
    expect(single.forward(x).output.toArraySync()).toEqual(single.forward(x).output.toArraySync());
  });
});

it("cells step as the networks do", () => {
  const [cell, network] = [new LSTMCell(3, 4), new LSTM(3, 4)];
  network.loadStateDict(
    Object.fromEntries(Object.entries(cell.stateDict()).map(([name, value]) => [`${name}_l0`, value])),
  );
  const x = draw([2, 2, 3]);
  let states: { hidden?: Tensor; cell?: Tensor } = {};
  for (const t of [0, 1]) states = cell.forward(x.select(1, t), states);
  const whole = network.forward(x);
  expectNear(states.hidden as Tensor, whole.hidden.squeeze(0));
  expectNear(states.cell as Tensor, whole.cell.squeeze(0));
});

const errors: readonly [f: () => unknown, message: string][] = [
  [() => new LSTM(3, 4).forward(zeros([2, 5, 2])), "LSTM: input is [2, 5, 2]; expected [batch, time, 3] with steps."],
  [
    () => new GRU(3, 4, { batchFirst: false }).forward(zeros([0, 2, 3])),
    "GRU: input is [0, 2, 3]; expected [time, batch, 3] with steps.",
  ],
  [
    () => new RNN(3, 4).forward(zeros([2, 5, 3]), { hidden: zeros([2, 4]) }),
    "RNN: a state is [2, 4]; expected [1, 2, 4].",
  ],
  [
    () => new RNN(3, 4).forward(zeros([2, 5, 3]), { lengths: zeros([2]) }),
    "RNN: lengths are float32 [2]; expected int32 [2].",
  ],
  [() => new GRU(3, 4, { layers: 0 }), "GRU: layers is 0; expected a whole number from 1 up."],
  [() => new RNNCell(3, 4).forward(zeros([2, 2])), "RNNCell: input is [2, 2]; expected [batch, 3]."],
  [() => new LSTMCell(3, 4).forward(zeros([2, 3]), { cell: zeros([4]) }), "LSTMCell: a state is [4]; expected [2, 4]."],
];
it.each(errors)("refuses what does not fit: %s", (f, message) => expect(f).toThrow(message));

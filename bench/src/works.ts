// The rows: what is timed, in which unit, and how much one run of it does.
import { registeredIds } from "@agon/environments";

export interface Work {
  readonly name: string;
  /** One line for the table. */
  readonly title: string;
  readonly unit: "GFLOP/s" | "us" | "env steps/s";
  readonly better: "higher" | "lower";
  /** What one run does, in floating-point operations or environment steps; for "us" the operations, for comparison among rows. */
  readonly amount: number;
  /** Whether kernels of WebAssembly do the work. */
  readonly wasm: boolean;
}

/** A net, the batch it is trained on, and what its steps cost. */
export interface NetShape {
  readonly widths: readonly number[];
  readonly batch: number;
}

export const netB1: NetShape = { widths: [4, 64, 64, 2], batch: 64 };
export const netB2: NetShape = { widths: [784, 256, 128, 10], batch: 64 };
/** Of other widths, batch, activation and loss: shows that nothing knows the row B1. */
export const netOther: NetShape = { widths: [6, 80, 48, 3], batch: 56 };
/** Elements of M-tanh. */
export const ELEMENTS: number = 2 ** 20;
/** Lanes of H. */
export const LANES = 64;

/** Operations of the products of a forward pass: 2·batch·inputs·outputs for every layer. */
const forward = ({ widths, batch }: NetShape): number =>
  widths.slice(1).reduce((sum, outputs, i) => sum + 2 * batch * widths[i] * outputs, 0);

/** … and of a training step: as many again for the weights' gradients, and for the inputs' of all layers but the first. */
const training = (net: NetShape): number => 3 * forward(net) - 2 * net.batch * net.widths[0] * net.widths[1];

const product = (n: number): Work => ({
  name: `A-${n}`,
  title: `product of two ${n}×${n} matrices`,
  unit: "GFLOP/s",
  better: "higher",
  amount: 2 * n ** 3,
  wasm: true,
});

const step = (name: string, net: NetShape, rest: string): Work => ({
  name,
  title: `MLP ${net.widths.join("-")}, batch ${net.batch}, ${rest}: loss, gradient, Adam`,
  unit: "us",
  better: "lower",
  amount: training(net),
  wasm: true,
});

const environmentSteps = (name: string, title: string, lanes: number): Work => ({
  name,
  title: `${title}, random actions`,
  unit: "env steps/s",
  better: "higher",
  amount: lanes,
  wasm: false,
});

/** Ids of the rows beside H: every environment of @agon/environments but CartPole. */
export const timedIds: readonly string[] = registeredIds().filter((id) => id !== "CartPole-v1");

/** CartPole as H and H-scalar, the other environments by their ids, as H is timed. */
export const environmentWorks: readonly Work[] = [
  environmentSteps("H", `CartPole-v1, ${LANES} environments by makeVector`, LANES),
  environmentSteps("H-scalar", "CartPole-v1, one environment by make", 1),
  ...timedIds.map((id) => environmentSteps(id, `${LANES} environments by makeVector`, LANES)),
];

export const works: readonly Work[] = [
  ...[64, 128, 256, 512, 1024].map(product),
  step("B1", netB1, "ReLU, squared error"),
  step("B1-other", netOther, "tanh, Huber"),
  step("B2", netB2, "ReLU, cross-entropy"),
  {
    name: "C",
    title: "act: MLP 4-64-64-2, host observation in, action out",
    unit: "us",
    better: "lower",
    amount: forward({ ...netB1, batch: 1 }),
    wasm: true,
  },
  ...environmentWorks,
  { name: "M-tanh", title: `tanh of ${ELEMENTS} elements`, unit: "us", better: "lower", amount: ELEMENTS, wasm: true },
  {
    name: "M-adam",
    title: "Adam on the 235 146 parameters of B2",
    unit: "us",
    better: "lower",
    amount: 235_146,
    wasm: true,
  },
];

/** What a run of so many seconds means in the unit of the row. */
export const figure = ({ unit, amount }: Work, seconds: number): number =>
  unit === "us" ? seconds * 1e6 : unit === "GFLOP/s" ? amount / seconds / 1e9 : amount / seconds;

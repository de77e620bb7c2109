// The rows: what is timed, in which unit, and how much one run of it does.
import { registeredIds } from "@agon/environments";
import { PEAK_OPERATIONS } from "./contestants/peak.ts";
import {
  gpt,
  gptOperations,
  gptOther,
  type GptSizes,
  leNet,
  leNetOperations,
  leNetOther,
  type LeNetSizes,
  lstm,
  lstmOperations,
  lstmOther,
  type LstmSizes,
  mlpB1,
  mlpB2,
  mlpForward,
  mlpOperations,
  mlpOther,
  type MlpSizes,
  resNet,
  resNetOperations,
  resNetOther,
  type ResNetSizes,
} from "./nets.ts";

export interface Work {
  readonly name: string;
  /** One line for the table. */
  readonly title: string;
  readonly unit: "GFLOP/s" | "us" | "ms" | "samples/s" | "tokens/s" | "env steps/s";
  readonly better: "higher" | "lower";
  /** How much of what a rate counts one run does; of a row in units of time, 1. */
  readonly amount: number;
  /** Multiplications and additions of one run in matrix products and convolutions; 0 where those are not most of the work. */
  readonly operations: number;
  /** The row that this one resembles in all but sizes: its time per operation is compared with that one's. */
  readonly like?: string;
  /** Whether kernels of WebAssembly do the work. */
  readonly wasm: boolean;
  /** Whether it is one thread's by its nature. */
  readonly oneThread?: true;
}

/** Elements of M-tanh. */
export const ELEMENTS: number = 2 ** 20;
/** Lanes of H. */
export const LANES = 64;

const product = (n: number): Work => ({
  name: `A-${n}`,
  title: `product of two ${n}×${n} matrices`,
  unit: "GFLOP/s",
  better: "higher",
  amount: 2 * n ** 3,
  operations: 2 * n ** 3,
  wasm: true,
});

/** Time of something short. */
const duration = (name: string, title: string, operations: number): Work => ({
  name,
  title,
  unit: "us",
  better: "lower",
  amount: 1,
  operations,
  wasm: true,
});

const mlpStep = (name: string, net: MlpSizes, rest: string): Work =>
  duration(name, `MLP ${net.widths.join("-")}, batch ${net.batch}, ${rest}: loss, gradient, Adam`, mlpOperations(net));

const leNetStep = (name: string, net: LeNetSizes): Work => ({
  name,
  title: `LeNet-5 ${net.side}×${net.side}×${net.channels}, ${net.convolutions.map(({ outputs, kernel }) => `${outputs}@${kernel}×${kernel}`).join(", ")}, ${net.widths.join("-")}, batch ${net.batch}: training`,
  unit: "samples/s",
  better: "higher",
  amount: net.batch,
  operations: leNetOperations(net),
  wasm: true,
});

const lstmStep = (name: string, net: LstmSizes): Work => ({
  name,
  title: `LSTM ${net.inputs}→${net.hidden}, ${net.steps} steps, batch ${net.batch}: training`,
  unit: "ms",
  better: "lower",
  amount: 1,
  operations: lstmOperations(net),
  wasm: true,
});

const gptStep = (name: string, net: GptSizes): Work => ({
  name,
  title: `GPT width ${net.width}, ${net.heads} heads, ${net.layers} layers, context ${net.context}, batch ${net.batch}: training`,
  unit: "tokens/s",
  better: "higher",
  amount: net.batch * net.context,
  operations: gptOperations(net),
  wasm: true,
});

const resNetStep = (name: string, net: ResNetSizes): Work => ({
  name,
  title: `ResNet-8 ${net.side}×${net.side}×${net.channels}, ${net.widths.join("-")}, batch ${net.batch}: training`,
  unit: "samples/s",
  better: "higher",
  amount: net.batch,
  operations: resNetOperations(net),
  wasm: true,
});

const environmentSteps = (name: string, title: string, lanes: number): Work => ({
  name,
  title: `${title}, random actions`,
  unit: "env steps/s",
  better: "higher",
  amount: lanes,
  operations: 0,
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
  {
    name: "L-peak",
    title: "limit: multiply and add in registers",
    unit: "GFLOP/s",
    better: "higher",
    amount: PEAK_OPERATIONS,
    operations: PEAK_OPERATIONS,
    wasm: true,
    oneThread: true,
  },
  ...[64, 128, 256, 512, 1024].map(product),
  mlpStep("B1", mlpB1, "ReLU, squared error"),
  { ...mlpStep("B1-other", mlpOther, "tanh, Huber"), like: "B1" },
  mlpStep("B2", mlpB2, "ReLU, cross-entropy"),
  duration("C", "act: MLP 4-64-64-2, host observation in, action out", mlpForward({ ...mlpB1, batch: 1 })),
  leNetStep("D", leNet),
  { ...leNetStep("D-other", leNetOther), like: "D" },
  lstmStep("E", lstm),
  { ...lstmStep("E-other", lstmOther), like: "E" },
  gptStep("F", gpt),
  { ...gptStep("F-other", gptOther), like: "F" },
  resNetStep("G", resNet),
  { ...resNetStep("G-other", resNetOther), like: "G" },
  ...environmentWorks,
  duration("M-tanh", `tanh of ${ELEMENTS} elements`, 0),
  duration("M-adam", "Adam on the 235 146 parameters of B2", 0),
];

/** What a run of so many seconds means in the unit of the row. */
export const figure = ({ unit, amount }: Work, seconds: number): number =>
  unit === "us"
    ? seconds * 1e6
    : unit === "ms"
      ? seconds * 1e3
      : unit === "GFLOP/s"
        ? amount / seconds / 1e9
        : amount / seconds;

/** The seconds of a run that a figure of the row means. */
export const secondsOf = ({ unit, amount }: Work, value: number): number =>
  unit === "us"
    ? value / 1e6
    : unit === "ms"
      ? value / 1e3
      : unit === "GFLOP/s"
        ? amount / value / 1e9
        : amount / value;

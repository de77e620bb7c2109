// @agon/labs: one lab per file, in the textbook's order.
import { activations } from "./activations.ts";
import { addingProblem } from "./adding-problem.ts";
import { attention } from "./attention.ts";
import { backpropagation } from "./backpropagation.ts";
import { imbalanceMetrics } from "./imbalance-metrics.ts";
import { batchNorm } from "./batch-norm.ts";
import { convolution } from "./convolution.ts";
import { longRange } from "./long-range.ts";
import { heads } from "./heads.ts";
import { exploration } from "./exploration.ts";
import { sequences } from "./sequences.ts";
import { cifar } from "./cifar.ts";
import { dates } from "./dates.ts";
import { depth } from "./depth.ts";
import { forecast } from "./forecast.ts";
import { names } from "./names.ts";
import { generation } from "./generation.ts";
import { sentiment } from "./sentiment.ts";
import { speech } from "./speech.ts";
import { tagging } from "./tagging.ts";
import { dqnAblation } from "./dqn-ablation.ts";
import { dropout } from "./dropout.ts";
import { bert } from "./bert.ts";
import { gpt } from "./gpt.ts";
import { lenet } from "./lenet.ts";
import { mnistActivations } from "./mnist-activations.ts";
import { transfer } from "./transfer.ts";
import type { Lab } from "./lab.ts";
import { lossReports } from "./loss-reports.ts";
import { spambase } from "./spambase.ts";
import { lossFunctions } from "./loss-functions.ts";
import { optimizerRace } from "./optimizer-race.ts";
import { pooling } from "./pooling.ts";
import { perceptron } from "./perceptron.ts";
import { shiftedDigits } from "./shifted-digits.ts";
import { spamNetwork } from "./spam-network.ts";
import { widthAndDepth } from "./width-and-depth.ts";
import { vanishingGradients } from "./vanishing-gradients.ts";

export type { Axis, Chart, Claim, Lab, LabContext, LabResult, Series, Table } from "./lab.ts";
export { cellText } from "./lab.ts";

/** Every lab there is, in the order of the textbook. */
export const labs: readonly Lab[] = [
  transfer,
  perceptron,
  widthAndDepth,
  activations,
  backpropagation,
  vanishingGradients,
  lossFunctions,
  imbalanceMetrics,
  spamNetwork,
  spambase,
  convolution,
  pooling,
  cifar,
  lenet,
  shiftedDigits,
  addingProblem,
  sequences,
  dates,
  forecast,
  tagging,
  generation,
  sentiment,
  speech,
  names,
  optimizerRace,
  batchNorm,
  dropout,
  depth,
  attention,
  longRange,
  gpt,
  bert,
  dqnAblation,
  heads,
  exploration,
  mnistActivations,
  lossReports,
];

/** The lab of an id or of a section with one lab; null where there is none. */
export const findLab = (asked: string): Lab | null => {
  const exact = labs.find(({ id }) => id === asked);
  const ofSection = labs.filter(({ section }) => section === asked);
  return exact ?? (ofSection.length === 1 ? ofSection[0] : null);
};

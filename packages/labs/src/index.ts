// @agon/labs: one lab per file, in the textbook's order.
import { activations } from "./activations.ts";
import type { Lab } from "./lab.ts";
import { perceptron } from "./perceptron.ts";

export type { Axis, Chart, Claim, Lab, LabContext, LabResult, Series, Table } from "./lab.ts";
export { cellText } from "./lab.ts";

/** Every lab there is, in the order of the textbook. */
export const labs: readonly Lab[] = [perceptron, activations];

/** The lab of an id or of a section with one lab; null where there is none. */
export const findLab = (asked: string): Lab | null => {
  const exact = labs.find(({ id }) => id === asked);
  const ofSection = labs.filter(({ section }) => section === asked);
  return exact ?? (ofSection.length === 1 ? ofSection[0] : null);
};

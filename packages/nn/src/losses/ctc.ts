// Connectionist temporal classification: labels in order, without knowing when.
import { arange, concat, full, ShapeError, stack, type Tensor, zeros } from "@agon/tensor";
import { type LossOptions, reduceLoss, requireFloats, requireShape } from "./reduction.ts";

export interface CtcOptions extends LossOptions {
  /** Steps that count, int32 [batch]; default all. */
  readonly inputLengths?: Tensor;
  /** Labels that count, int32 [batch]; default all. */
  readonly targetLengths?: Tensor;
  /** The class that stands for "no label"; default 0. */
  readonly blank?: number;
  /** Sequences too short for their labels cost 0 instead of infinity; default false. */
  readonly zeroInfinity?: boolean;
}

/** ln 0, but finite, so that no gradient becomes NaN; sums of real logarithms stay far above. */
const LOG_ZERO = -1e30;

/**
 * −ln of the probability of all alignments of the labels (Graves et al. 2006, eq. 8), by the forward recursion in logarithms:
 * α_t(s) = ln y_t(s) + ln(e^α(s) + e^α(s−1) + e^α(s−2)) over labels with blanks between, where a label may skip the blank before it
 * unless it repeats. logits: [time, batch, classes], which log-softmax turns into ln y; targets: int32 [batch, labels], padded.
 * Single losses: [batch]; "mean" divides each by its number of labels first.
 */
export const ctc = (logits: Tensor, targets: Tensor, options: CtcOptions = {}): Tensor => {
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  const { inputLengths, targetLengths } = checkedLengths(logits, targets, options);
  const [time, batch] = logits.shape;
  const labels = withBlanks(targets, targetLengths, blank); // [batch, states]
  const states = labels.shape[1];
  const skips = maySkip(labels, blank);
  const index = labels.unsqueeze(0).expand([time, batch, states]);
  const emitted = logits.logSoftmax(2).gather(2, index); // [time, batch, states]
  const first = arange(0, states).less(2).where(emitted.select(0, 0), LOG_ZERO);
  let alpha = first; // [batch, states]
  for (let t = 1; t < time; t++) {
    const skipped = skips.where(later(alpha, 2), LOG_ZERO);
    const next = stack([alpha, later(alpha, 1), skipped])
      .logSumExp(0)
      .add(emitted.select(0, t));
    alpha = inputLengths.greater(t).unsqueeze(1).where(next, alpha);
  }
  const losses = endings(alpha, targetLengths).neg();
  const impossible = losses.greater(-LOG_ZERO / 10);
  const settled = impossible.where(zeroInfinity ? 0 : Infinity, losses);
  return reduction === "mean"
    ? settled.div(targetLengths.maximum(1).cast(settled.dtype)).mean()
    : reduceLoss(settled, reduction);
};

const checkedLengths = (
  logits: Tensor,
  targets: Tensor,
  { inputLengths, targetLengths, blank = 0 }: CtcOptions,
): { readonly inputLengths: Tensor; readonly targetLengths: Tensor } => {
  requireFloats("ctc", { logits });
  const [time, batch, classes] = logits.shape;
  if (logits.rank !== 3)
    throw new ShapeError(`ctc: logits are [${logits.shape.join(", ")}]; expected [time, batch, classes].`);
  if (targets.dtype !== "int32" || targets.rank !== 2 || targets.shape[0] !== batch)
    throw new ShapeError(
      `ctc: targets are ${targets.dtype} [${targets.shape.join(", ")}]; expected int32 [${batch}, labels] for logits [${logits.shape.join(", ")}].`,
    );
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes)
    throw new RangeError(`ctc: blank is ${blank}; expected one of the ${classes} classes.`);
  const lengths = {
    inputLengths: inputLengths ?? full([batch], time, "int32"),
    targetLengths: targetLengths ?? full([batch], targets.shape[1], "int32"),
  };
  for (const [name, value] of Object.entries(lengths)) requireShape("ctc", name, value, [batch]);
  return lengths;
};

/** blank, label, blank, label, …, blank: [batch, 2·labels + 1]; padding becomes blank. */
const withBlanks = (targets: Tensor, lengths: Tensor, blank: number): Tensor => {
  const [batch, count] = targets.shape;
  const blanks = full([batch, count], blank, "int32");
  const counted = arange(0, count).unsqueeze(0).less(lengths.unsqueeze(1));
  const pairs = stack([blanks, counted.where(targets, blanks)], 2).reshape([batch, 2 * count]);
  return concat([pairs, full([batch, 1], blank, "int32")], 1);
};

/** Labels that differ from the one two places before. bool [batch, states] */
const maySkip = (labels: Tensor, blank: number): Tensor => {
  const [batch, states] = labels.shape;
  if (states < 3) return zeros([batch, states], "bool");
  const before = labels.narrow(1, 0, states - 2);
  const from = concat([full([batch, 2], blank, "int32"), before], 1);
  return labels.notEqual(blank).and(labels.notEqual(from));
};

/** Each state's value of `by` states before: ln 0 for the first ones. */
const later = (alpha: Tensor, by: number): Tensor => {
  const [, states] = alpha.shape;
  return alpha.narrow(1, 0, Math.max(0, states - by)).pad([0, Math.min(by, states)], [0, 0], LOG_ZERO);
};

/** ln of the probability that all labels are behind: of the last label and of the blank after it. [batch] */
const endings = (alpha: Tensor, lengths: Tensor): Tensor => {
  const last = lengths.mul(2).unsqueeze(1);
  const onBlank = alpha.gather(1, last);
  const onLabel = lengths
    .greater(0)
    .unsqueeze(1)
    .where(alpha.gather(1, last.sub(1).maximum(0)), LOG_ZERO);
  return concat([onBlank, onLabel], 1).logSumExp(1);
};

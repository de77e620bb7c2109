// Einstein summation by pairs: each pair of operands becomes one batched matrix product.
import { ShapeError } from "./errors.ts";
import { showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor with a letter for each dim. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: string;
}

/** Letters that stand for the dims of an ellipsis; equations use a–z and A–Z. */
const ELLIPSIS_LABELS = "αβγδεζηθικλμ";

/**
 * Sum over the labels that the right-hand side leaves out: einsum("bij,bjk->bik", a, b). Without "->" the labels that occur once remain,
 * in alphabetical order; "..." stands for leading dims; a label twice in one operand is its diagonal.
 */
export const einsum = (equation: string, ...tensors: Tensor[]): Tensor => {
  const { inputs, output } = parse(equation, tensors);
  let rest = inputs.map((labels, i) => diagonal({ tensor: tensors[i], labels }));
  checkLengths(equation, rest);
  while (rest.length > 1) {
    const [a, b, ...others] = rest;
    const wanted = output + others.map(({ labels }) => labels).join("");
    rest = [contract(a, b, wanted), ...others];
  }
  return arrange(sumOut(rest[0], output), output);
};

const parse = (equation: string, tensors: readonly Tensor[]): { inputs: string[]; output: string } => {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const parts = left.split(",");
  if (parts.length !== tensors.length)
    throw new ShapeError(`einsum: "${equation}" names ${parts.length} operands, got ${tensors.length}.`);
  let widest = 0;
  const inputs = parts.map((part, i) => {
    const letters = part.replace("...", "");
    if (!/^[a-zA-Z]*$/.test(letters)) throw new ShapeError(`einsum: "${part}" of "${equation}" is no list of letters.`);
    const extra = tensors[i].rank - letters.length;
    if (extra < 0 || (extra > 0 && !part.includes("...")))
      throw new ShapeError(`einsum: "${part}" does not fit shape ${showShape(tensors[i].shape)} ("${equation}").`);
    widest = Math.max(widest, extra);
    return part.replace("...", ELLIPSIS_LABELS.slice(ELLIPSIS_LABELS.length - extra));
  });
  const ellipsis = ELLIPSIS_LABELS.slice(ELLIPSIS_LABELS.length - widest);
  if (right !== undefined) return { inputs, output: right.replace("...", ellipsis) };
  const all = inputs.join("");
  const once = [...new Set(all)].filter((label) => !ellipsis.includes(label) && all.split(label).length === 2);
  return { inputs, output: ellipsis + once.sort().join("") };
};

const checkLengths = (equation: string, operands: readonly Labelled[]): void => {
  const lengths = new Map<string, number>();
  for (const { tensor, labels } of operands)
    [...labels].forEach((label, i) => {
      const known = lengths.get(label) ?? tensor.shape[i];
      if (known !== tensor.shape[i])
        throw new ShapeError(`einsum: label ${label} of "${equation}" has lengths ${known} and ${tensor.shape[i]}.`);
      lengths.set(label, known);
    });
};

/** Keeps of a repeated label only the elements where its indices agree. */
const diagonal = ({ tensor, labels }: Labelled): Labelled => {
  const repeated = [...labels].find((label, i) => labels.indexOf(label) !== i);
  if (!repeated) return { tensor, labels };
  const first = labels.indexOf(repeated);
  const second = labels.indexOf(repeated, first + 1);
  const n = tensor.shape[first];
  const others = [...labels].map((_, i) => i).filter((i) => i !== first && i !== second);
  const flat = tensor.permute([...others, first, second]).reshape([...others.map((i) => tensor.shape[i]), n * n]);
  const picked = flat.slice(...others.map(() => null), [null, null, n + 1]);
  return diagonal({ tensor: picked, labels: others.map((i) => labels[i]).join("") + repeated });
};

const arrange = ({ tensor, labels }: Labelled, order: string): Tensor =>
  tensor.permute([...order].map((label) => labels.indexOf(label)));

const sumOut = ({ tensor, labels }: Labelled, wanted: string): Labelled => {
  const dims = [...labels].map((_, i) => i).filter((i) => !wanted.includes(labels[i]));
  if (dims.length === 0) return { tensor, labels };
  return { tensor: tensor.sum(dims), labels: [...labels].filter((label) => wanted.includes(label)).join("") };
};

/** Product of two operands over their shared labels, keeping those in `wanted`. */
const contract = (first: Labelled, second: Labelled, wanted: string): Labelled => {
  const a = sumOut(first, wanted + second.labels);
  const b = sumOut(second, wanted + a.labels);
  const shared = [...a.labels].filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => wanted.includes(label)).join("");
  const inner = shared.filter((label) => !wanted.includes(label)).join("");
  const left = [...a.labels].filter((label) => !shared.includes(label)).join("");
  const right = [...b.labels].filter((label) => !shared.includes(label)).join("");
  const lengths = (operand: Labelled, labels: string): number[] =>
    [...labels].map((label) => operand.tensor.shape[operand.labels.indexOf(label)]);
  const product = (numbers: readonly number[]): number => numbers.reduce((n, m) => n * m, 1);
  const [nBatch, nInner] = [lengths(a, batch), lengths(a, inner)];
  const [nLeft, nRight] = [lengths(a, left), lengths(b, right)];
  const lhs = arrange(a, batch + left + inner).reshape([product(nBatch), product(nLeft), product(nInner)]);
  const rhs = arrange(b, batch + right + inner).reshape([product(nBatch), product(nRight), product(nInner)]);
  const out = lhs.multiply(rhs, { transposeB: true }).reshape([...nBatch, ...nLeft, ...nRight]);
  return { tensor: out, labels: batch + left + right };
};

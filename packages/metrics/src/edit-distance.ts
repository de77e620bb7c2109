// Edit distance (Levenshtein 1966), and the word and character error rates that it makes.
import { defineMetric, type Metric } from "./metric.ts";

/** The fewest insertions, deletions and substitutions of one element that turn `from` into `to`; text is read by code points. */
export function editDistance<Element>(from: string | readonly Element[], to: string | readonly Element[]): number {
  const [a, b] = [elementsOf(from, "from"), elementsOf(to, "to")];
  // distances[j]: from the first i elements of a to the first j of b.
  let distances = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const kept = distances[j - 1] + Number(!Object.is(a[i - 1], b[j - 1]));
      next.push(Math.min(kept, distances[j] + 1, next[j - 1] + 1));
    }
    distances = next;
  }
  return distances[b.length];
}

function elementsOf(value: string | readonly unknown[], argument: string): readonly unknown[] {
  if (typeof value === "string") return Array.from(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>);
  throw new TypeError(`editDistance: ${argument} is ${typeof value}; expected text or an array.`);
}

interface Counts {
  edits: number;
  length: number;
}

/** Edits over all pairs ÷ elements of all references. */
const errorRate = <Sequence>(
  name: string,
  split: (sequence: Sequence, where: string) => readonly unknown[],
): Metric<readonly Sequence[], readonly Sequence[], object, number> =>
  defineMetric({
    name,
    empty: (): Counts => ({ edits: 0, length: 0 }),
    add(counts, candidates: readonly Sequence[], references: readonly Sequence[]) {
      if (!Array.isArray(candidates) || !Array.isArray(references) || candidates.length !== references.length)
        throw new RangeError(
          `${name}: ${lengthOf(candidates)} candidates, ${lengthOf(references)} references; expected two arrays of one length.`,
        );
      const pairs = candidates.map((candidate, i) => ({
        candidate: split(candidate, `${name}: candidates[${i}]`),
        reference: split(references[i], `${name}: references[${i}]`),
      }));
      for (const { candidate, reference } of pairs) {
        counts.edits += editDistance(candidate, reference);
        counts.length += reference.length;
      }
      return pairs.length;
    },
    merge(counts, { edits, length }) {
      counts.edits += edits;
      counts.length += length;
    },
    result({ edits, length }) {
      if (length === 0)
        throw new RangeError(`${name}: all references are empty; expected at least one element in them.`);
      return edits / length;
    },
  });

const lengthOf = (value: unknown): string => (Array.isArray(value) ? String(value.length) : `no array of`);

function text(value: unknown, where: string): string {
  if (typeof value !== "string") throw new TypeError(`${where} is ${typeof value}; expected text.`);
  return value;
}

/** Word edits ÷ words of the references; words are parted by white space. May exceed 1. */
export const wordErrorRate: Metric<readonly string[], readonly string[], object, number> = errorRate(
  "wordErrorRate",
  (sentence: string, where) =>
    text(sentence, where)
      .split(/\s+/u)
      .filter((word) => word !== ""),
);

/** Character edits ÷ characters of the references, white space included, by code points. May exceed 1. */
export const characterErrorRate: Metric<readonly string[], readonly string[], object, number> = errorRate(
  "characterErrorRate",
  (sentence: string, where) => Array.from(text(sentence, where)),
);

/** Token edits ÷ tokens of the references, for sequences of numbers or strings. May exceed 1. */
export const tokenErrorRate: Metric<readonly ArrayLike<unknown>[], readonly ArrayLike<unknown>[], object, number> =
  errorRate("tokenErrorRate", (tokens: ArrayLike<unknown>, where) => {
    if (!Array.isArray(tokens) && !ArrayBuffer.isView(tokens))
      throw new TypeError(`${where} is ${typeof tokens}; expected an array of tokens.`);
    return Array.from(tokens as ArrayLike<unknown>);
  });

// BLEU (Papineni et al. 2002): how many n-grams of translations their references hold, as sacreBLEU counts it.
import { exp, log } from "@agon/math";
import { defineMetric, type Metric } from "./metric.ts";
import { tokenize13a } from "./tokenize-13a.ts";

/** A sentence: text, cut into tokens by `tokenize13a`, or tokens. */
export type Sentence = string | readonly string[];

export interface BleuOptions {
  /** Longest n-grams. Default 4. */
  readonly maxOrder?: number;
  /**
   * What stands for a precision whose n-grams all miss: "exp" (the default, as in sacreBLEU) halves it anew each time, 1/(2ᵏ·total); "floor" takes 0.1/total;
   * "add-one" counts one more match and one more n-gram from order 2 on (Lin and Och 2004); with "none" the whole is 0.
   */
  readonly smoothing?: "exp" | "floor" | "add-one" | "none";
  /** Leave out orders longer than every candidate, instead of giving 0: for single sentences. Default false. */
  readonly effectiveOrder?: boolean;
}

export interface BleuScore {
  /** From 0 to 1; sacreBLEU's is 100 times that. */
  readonly bleu: number;
  /** Smoothed precision of each order, from 1 on. */
  readonly precisions: readonly number[];
  /** exp(1 − reference ÷ candidate length) where the candidates are shorter, else 1. */
  readonly brevityPenalty: number;
  /** n-grams of each order that the references hold too, each no more often than in one of them. */
  readonly matches: readonly number[];
  /** n-grams of each order in the candidates. */
  readonly totals: readonly number[];
  /** Tokens of the candidates. */
  readonly candidateLength: number;
  /** Tokens of the references, for each candidate the one nearest in length, the shorter of two. */
  readonly referenceLength: number;
}

/** For each candidate its references, at least one. */
export type References = readonly (readonly Sentence[])[];

interface Counts {
  readonly matches: number[];
  readonly totals: number[];
  candidateLength: number;
  referenceLength: number;
}

const counting = (name: string) => ({
  name,
  empty: ({ maxOrder = 4, smoothing = "exp" }: BleuOptions): Counts => {
    if (!Number.isSafeInteger(maxOrder) || maxOrder < 1)
      throw new RangeError(`${name}: maxOrder is ${maxOrder}; expected a whole number from 1.`);
    if (!["exp", "floor", "add-one", "none"].includes(smoothing))
      throw new RangeError(`${name}: smoothing is "${smoothing}"; expected "exp", "floor", "add-one" or "none".`);
    const zeros = (): number[] => new Array<number>(maxOrder).fill(0);
    return { matches: zeros(), totals: zeros(), candidateLength: 0, referenceLength: 0 };
  },
  add(counts: Counts, candidates: readonly Sentence[], references: References): number {
    const pairs = readPairs(name, candidates, references);
    for (const { candidate, others } of pairs) {
      counts.candidateLength += candidate.length;
      counts.referenceLength += nearestLength(candidate.length, others);
      for (let order = 1; order <= counts.totals.length; order++) countOrder(counts, candidate, others, order);
    }
    return pairs.length;
  },
  merge(counts: Counts, other: Counts): void {
    counts.candidateLength += other.candidateLength;
    counts.referenceLength += other.referenceLength;
    other.matches.forEach((matches, i) => {
      counts.matches[i] += matches;
      counts.totals[i] += other.totals[i];
    });
  },
});

/** BLEU of a corpus, with what it is made of. */
export const bleuScore: Metric<readonly Sentence[], References, BleuOptions, BleuScore> = defineMetric({
  ...counting("bleuScore"),
  result: scoreOf,
});

/** BLEU of a corpus of candidates, each with its references: the geometric mean of the precisions, times the brevity penalty. */
export const bleu: Metric<readonly Sentence[], References, BleuOptions, number> = defineMetric({
  ...counting("bleu"),
  result: (counts, options: BleuOptions) => scoreOf(counts, options).bleu,
});

/** BLEU of one sentence, with `effectiveOrder` as sacreBLEU has it. */
export const sentenceBleu = (candidate: Sentence, references: readonly Sentence[], options: BleuOptions = {}): number =>
  bleu([candidate], [references], { effectiveOrder: true, ...options });

function readPairs(
  name: string,
  candidates: readonly Sentence[],
  references: References,
): { candidate: readonly string[]; others: readonly (readonly string[])[] }[] {
  if (!Array.isArray(candidates) || !Array.isArray(references))
    throw new TypeError(`${name}: expected an array of candidates and one of lists of references.`);
  if (candidates.length !== references.length)
    throw new RangeError(
      `${name}: ${candidates.length} candidates, references for ${references.length}; expected a list of references for each candidate.`,
    );
  return candidates.map((candidate, i) => {
    if (!Array.isArray(references[i]) || references[i].length === 0)
      throw new RangeError(`${name}: references[${i}] is no list of references; expected at least one sentence.`);
    return {
      candidate: tokensOf(candidate, `${name}: candidates[${i}]`),
      others: references[i].map((each, k) => tokensOf(each, `${name}: references[${i}][${k}]`)),
    };
  });
}

export function tokensOf(sentence: Sentence, where: string): readonly string[] {
  if (typeof sentence === "string") return tokenize13a(sentence);
  if (!Array.isArray(sentence) || !sentence.every((token) => typeof token === "string"))
    throw new TypeError(`${where} is neither text nor a list of tokens.`);
  return sentence;
}

const nearestLength = (length: number, references: readonly (readonly string[])[]): number =>
  references
    .map((reference) => reference.length)
    .reduce((best, other) => {
      const closer = Math.abs(other - length) - Math.abs(best - length);
      return closer < 0 || (closer === 0 && other < best) ? other : best;
    });

function countOrder(
  counts: Counts,
  candidate: readonly string[],
  references: readonly (readonly string[])[],
  order: number,
): void {
  const own = gramsOf(candidate, order);
  const allowed = new Map<string, number>();
  for (const reference of references)
    for (const [gram, times] of gramsOf(reference, order)) allowed.set(gram, Math.max(allowed.get(gram) ?? 0, times));
  for (const [gram, times] of own) {
    counts.matches[order - 1] += Math.min(times, allowed.get(gram) ?? 0);
    counts.totals[order - 1] += times;
  }
}

/** How often each n-gram of an order occurs. */
function gramsOf(tokens: readonly string[], order: number): Map<string, number> {
  const grams = new Map<string, number>();
  for (let i = 0; i + order <= tokens.length; i++) {
    const gram = JSON.stringify(tokens.slice(i, i + order));
    grams.set(gram, (grams.get(gram) ?? 0) + 1);
  }
  return grams;
}

function scoreOf(counts: Counts, { smoothing = "exp", effectiveOrder = false }: BleuOptions): BleuScore {
  const { matches, totals, candidateLength, referenceLength } = counts;
  const precisions = precisionsOf(counts, smoothing);
  const reached = effectiveOrder ? ordersReached(counts, smoothing) : totals.length;
  const used = precisions.slice(0, reached);
  const missed = matches.every((each) => each === 0) || used.includes(0);
  const meanLog = used.reduce((sum, each) => sum + log(each), 0) / reached;
  const brevityPenalty = brevityOf(candidateLength, referenceLength);
  return {
    bleu: missed ? 0 : brevityPenalty * exp(meanLog),
    precisions,
    brevityPenalty,
    matches,
    totals,
    candidateLength,
    referenceLength,
  };
}

function brevityOf(candidateLength: number, referenceLength: number): number {
  if (candidateLength >= referenceLength) return 1;
  return candidateLength === 0 ? 0 : exp(1 - referenceLength / candidateLength);
}

/** Orders of which the candidates have n-grams; "add-one" lends them to every order, as in sacreBLEU. */
const ordersReached = ({ totals }: Counts, smoothing: BleuOptions["smoothing"]): number =>
  smoothing === "add-one" ? totals.length : Math.max(1, totals.filter((total) => total > 0).length);

function precisionsOf({ matches, totals }: Counts, smoothing: BleuOptions["smoothing"]): number[] {
  let halved = 1;
  return totals.map((total, i) => {
    if (smoothing === "add-one" && i > 0) return (matches[i] + 1) / (total + 1);
    if (total === 0) return 0;
    if (matches[i] > 0) return matches[i] / total;
    if (smoothing === "exp") return (halved /= 2) / total;
    return smoothing === "floor" ? 0.1 / total : 0;
  });
}

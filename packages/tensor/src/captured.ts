// What a recorded function captured from outside, and whether it has changed since: the check of debug mode.
import type { Plan } from "./backend.ts";

const numbers = (data: ArrayLike<number>): string => (data.length === 1 ? String(data[0]) : `${data.length} numbers`);

const differs = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length !== b.length || Array.from(a).some((x, i) => !Object.is(x, b[i]));

/** First op that reads the value. */
const readerOf = (plan: Plan, value: number): string => {
  const step = plan.steps.find((other) => other.kind === "op" && other.inputs.includes(value));
  return step?.kind === "op" ? `by ${step.op}` : "as a result";
};

/** Says how a new recording of a function differs from the one that is replayed; null where it does not. */
export const changeOf = (known: Plan, now: Plan): string | null => {
  const at = known.steps.findIndex((step, i) => JSON.stringify(step) !== JSON.stringify(now.steps[i]));
  const [was, is] = [known.steps[at], now.steps[at]];
  if (at >= 0 || now.steps.length !== known.steps.length) {
    const name = (step: typeof was | undefined): string => (!step ? "nothing" : step.kind === "op" ? step.op : "guard");
    return `the function takes another path (step ${at < 0 ? known.steps.length + 1 : at + 1} was ${name(was)}, now ${name(is ?? now.steps[known.steps.length])})`;
  }
  for (const [id, { source }] of known.values.entries()) {
    const other = now.values[id]?.source;
    if (source.kind === "constant" && other?.kind === "constant" && differs(source.data, other.data))
      return `a captured value, used ${readerOf(known, id)}, was ${numbers(source.data)} and is now ${numbers(other.data)}`;
  }
  return null;
};

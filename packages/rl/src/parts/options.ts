// Options of an algorithm: defaults filled in, what is given checked against its description.
import type { OptionSpec } from "../registry.ts";

/** An option that cannot be: unknown, of the wrong type, or out of bounds. One clear line. */
export class OptionError extends Error {
  override name = "OptionError";
}

/** Edit distance of two words (Levenshtein 1966). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
};

/** The names closest to a misspelt one, best first. */
export const nearest = (name: string, names: readonly string[], count = 3): string[] =>
  [...names]
    .sort((a, b) => distance(name.toLowerCase(), a.toLowerCase()) - distance(name.toLowerCase(), b.toLowerCase()))
    .slice(0, count);

const expected = (spec: OptionSpec): string => {
  if (spec.choices) return `one of ${spec.choices.join(", ")}`;
  if (typeof spec.default !== "number")
    return Array.isArray(spec.default) ? "a list of whole numbers" : `a ${typeof spec.default}`;
  const kind = spec.integer ? "a whole number" : "a number";
  if (spec.minimum === undefined && spec.maximum === undefined) return kind;
  return `${kind} in [${spec.minimum ?? "-∞"}, ${spec.maximum ?? "∞"}]`;
};

const fits = (spec: OptionSpec, value: unknown): boolean => {
  if (Array.isArray(spec.default)) return Array.isArray(value) && value.every((n) => Number.isInteger(n) && n > 0);
  if (typeof value !== typeof spec.default) return false;
  if (spec.choices) return spec.choices.includes(value as string);
  if (typeof value !== "number") return true;
  const inBounds = value >= (spec.minimum ?? -Infinity) && value <= (spec.maximum ?? Infinity);
  return Number.isFinite(value) && inBounds && (!spec.integer || Number.isInteger(value));
};

/** Puts another value in the place of a live option's; see Agent.setOption. */
export const changeOption = (
  algorithm: string,
  specs: readonly OptionSpec[],
  options: Readonly<Record<string, unknown>>,
  key: string,
  value: unknown,
): void => {
  const live = specs.filter((spec) => spec.live === true);
  const spec = live.find((candidate) => candidate.key === key);
  if (!spec) {
    const names = live.map((candidate) => candidate.key).join(", ") || "none";
    throw new OptionError(`${algorithm}: option ${key} cannot change while training; these can: ${names}.`);
  }
  if (!fits(spec, value))
    throw new OptionError(`${algorithm}: option ${key} is ${JSON.stringify(value)}; expected ${expected(spec)}.`);
  (options as Record<string, unknown>)[key] = value;
};

/** The full set of options: defaults, overlaid by what is given (undefined counts as not given). */
export const resolveOptions = (
  algorithm: string,
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const resolved: Record<string, unknown> = Object.fromEntries(specs.map((spec) => [spec.key, spec.default]));
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || key === "seed") continue;
    const spec = specs.find((candidate) => candidate.key === key);
    if (!spec) {
      const names = nearest(
        key,
        specs.map((candidate) => candidate.key),
      );
      throw new OptionError(`${algorithm}: unknown option "${key}"; nearest: ${names.join(", ")}.`);
    }
    if (!fits(spec, value))
      throw new OptionError(`${algorithm}: option ${key} is ${JSON.stringify(value)}; expected ${expected(spec)}.`);
    resolved[key] = value;
  }
  return resolved;
};

// Plain data: what a state may be made of, compared and copied.

/** The path to the first part of a value that is no plain data (numbers, strings, booleans, null, arrays, typed arrays, plain objects), with what it is; undefined if there is none. */
export function findForeign(value: unknown, path = "state"): string | undefined {
  if (value === null || value === undefined || ["number", "string", "boolean"].includes(typeof value)) return undefined;
  if (typeof value !== "object") return `${path} is a ${typeof value}`;
  if (ArrayBuffer.isView(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return `${path} is a ${value.constructor?.name ?? "foreign object"}`;
  }
  for (const [key, part] of Object.entries(value)) {
    const found = findForeign(part, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** Where two plain values differ first, with both sides; undefined where they are equal. NaN equals itself. */
export function findDifference(a: unknown, b: unknown, path = "state"): string | undefined {
  if (Object.is(a, b) || a === b) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return `${path}: ${show(a)} became ${show(b)}`;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const [left, right] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
    const found = findDifference(left, right, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** A deep copy of plain data; anything foreign stays the same object. */
export function copyPlain<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || findForeign(value)) return value;
  if (ArrayBuffer.isView(value)) return (value as unknown as Float32Array).slice() as unknown as Value;
  if (Array.isArray(value)) return value.map(copyPlain) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyPlain(part)])) as Value;
}

const show = (value: unknown): string => (typeof value === "object" && value !== null ? "an object" : String(value));

// What makes two runs the same run: a spec as canonical JSON, and an id that is its hash.
import { sha256 } from "hash-wasm";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Everything a run's result depends on. How long it trains is not part of it: a run can be continued. */
export interface RunSpec {
  readonly algorithm: string;
  readonly environment: string;
  /** Options of the environment that differ from its defaults. */
  readonly environmentOptions?: { readonly [key: string]: Json };
  /** All options of the algorithm, defaults filled in. */
  readonly options: { readonly [key: string]: Json };
  readonly seed: number;
  /** The arithmetic in force: "strict" or "fused". */
  readonly numerics: string;
  /** Versions of the packages that take part. */
  readonly versions: { readonly [packageName: string]: string };
}

/**
 * JSON with one spelling per value: keys in code-unit order, no spaces, characters beyond ASCII escaped.
 * Fields that are undefined are left out; numbers that are not finite are an error.
 */
export const canonicalJson = (value: unknown, path = "value"): string => {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`canonicalJson: ${path} is ${value}, expected a finite number.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, i) => canonicalJson(item, `${path}[${i}]`)).join(",")}]`;
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${quote(key)}:${canonicalJson(field, `${path}.${key}`)}`).join(",")}}`;
  }
  throw new TypeError(`canonicalJson: ${path} is a ${typeof value} that JSON cannot hold, expected plain data.`);
};

/** Id of a run: the first 16 hexadecimal digits of the SHA-256 of its spec's canonical JSON. */
export const runId = async (spec: RunSpec): Promise<string> => (await sha256(canonicalJson(spec, "spec"))).slice(0, 16);

const quote = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

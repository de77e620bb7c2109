// The golden data of trusted implementations: loading, decoding and comparing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

/** Element types of the golden data; `int64str` holds integers beyond 2⁵³ as decimal strings. */
export type FixtureDtype = "float32" | "float64" | "int32" | "int64" | "int64str" | "bool";

export interface FixtureTensor {
  readonly dtype: FixtureDtype;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Flat, row-major; int64 and int64str as doubles. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  /** The exact values of int64str. */
  readonly integers?: readonly bigint[];
}

type Tensors = Readonly<Record<string, FixtureTensor>>;

export interface FixtureCase {
  readonly name: string;
  readonly op: string;
  /** Non-finite numbers decoded; `null` means "not given". */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Tensors;
  readonly weights: Tensors;
  /** The vector v in L = Σ v · output, by output name. */
  readonly cotangents: Tensors;
  readonly outputs: Tensors;
  /** dL/d(input) by input name, dL/d(parameter) as `weights.<name>`. */
  readonly grads: Tensors;
  /** Inputs that are no tensors but plain JSON, such as token lists. */
  readonly plainInputs: Readonly<Record<string, unknown>>;
  /** Outputs that are no tensors but plain JSON. */
  readonly plainOutputs: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

export interface Fixture {
  readonly name: string;
  readonly source: string;
  readonly notes?: string;
  readonly cases: readonly FixtureCase[];
}

export interface Tolerance {
  /** Relative part: |got − want| ≤ atol + rtol·|want|. */
  readonly rtol?: number;
  readonly atol?: number;
}

/** What a test may hand in as a result; a shape, where given, is compared too. */
export type Result =
  | number
  | boolean
  | bigint
  | ArrayLike<number | bigint | boolean>
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint | boolean> };

const committed = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** The folder of the golden data: the environment variable AGON_FIXTURES, else the committed copy. */
export const fixtureFolder: string = process.env.AGON_FIXTURES ? resolve(process.env.AGON_FIXTURES) : committed;

if (!existsSync(fixtureFolder)) {
  throw new Error(`AGON_FIXTURES names ${fixtureFolder}, which is no folder; expected one of golden data (*.json).`);
}

/** Names, without `.json`, of the golden data that begin with `prefix`, in alphabetical order: the committed files and those of the folder. */
export function fixtureNames(prefix = ""): string[] {
  const files = new Set([committed, fixtureFolder].flatMap((folder) => readdirSync(folder)));
  return [...files]
    .filter((file) => file.startsWith(prefix) && file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Reads and decodes one file of golden data. */
export function loadFixture(name: string): Fixture {
  const path = resolve(fixtureFolder, `${name}.json`);
  if (!existsSync(path)) {
    throw new Error(`loadFixture: no file ${path}; have ${fixtureNames().join(", ")}.`);
  }
  const raw = JSON.parse(readFileSync(path, "utf8")) as Omit<Fixture, "cases"> & { cases: Record<string, unknown>[] };
  return {
    name: raw.name,
    source: raw.source,
    notes: raw.notes,
    cases: raw.cases.map((each) => decodeCase(name, each)),
  };
}

/** How to check the cases of one op: throws where the result differs from the golden one. */
export type Adapter = (fixture: FixtureCase) => void | Promise<void>;

/**
 * One test per case of a file. A case whose op has no adapter fails: golden data that nothing checks would look like a pass.
 * A file that another folder of golden data (AGON_FIXTURES) lacks is skipped; one that the committed copy lacks fails.
 */
export function describeFixture(name: string, adapters: Readonly<Record<string, Adapter>>): void {
  if (fixtureFolder !== committed && !existsSync(resolve(fixtureFolder, `${name}.json`))) {
    skipFixture(name, `no such file in ${fixtureFolder}`);
    return;
  }
  describe(name, () => {
    const { cases } = loadFixture(name);
    if (cases.length === 0) throw new Error(`describeFixture: ${name} has no cases.`);
    for (const each of cases) test(each.name, () => checkCase(name, each, adapters));
  });
}

/** Runs the adapter of a case's op; throws where there is none. */
export async function checkCase(
  name: string,
  fixture: FixtureCase,
  adapters: Readonly<Record<string, Adapter>>,
): Promise<void> {
  if (!Object.hasOwn(adapters, fixture.op)) {
    throw new Error(
      `${name}: no adapter for op "${fixture.op}" (case "${fixture.name}"); have ${Object.keys(adapters).join(", ")}.`,
    );
  }
  await adapters[fixture.op](fixture);
}

/** A file that is not checked: a skipped test, and its reason among the output. */
export function skipFixture(name: string, reason: string): void {
  console.warn(`parity: ${name} is skipped: ${reason}.`);
  test.skip(`${name} (${reason})`, () => {});
}

/** Compares every output of a case; one without a result, or a result without an output, fails. */
export function expectOutputs(
  fixture: FixtureCase,
  results: Readonly<Record<string, Result>>,
  tolerance: Tolerance = {},
): void {
  expectAll(fixture.outputs, results, { ...tolerance, what: `${fixture.name}: output` });
}

/** Compares every gradient of a case; one without a result, or a result without a gradient, fails. */
export function expectGrads(
  fixture: FixtureCase,
  results: Readonly<Record<string, Result>>,
  tolerance: Tolerance = {},
): void {
  expectAll(fixture.grads, results, { ...tolerance, what: `${fixture.name}: gradient` });
}

function expectAll(wanted: Tensors, results: Readonly<Record<string, Result>>, options: Tolerance & { what: string }) {
  for (const name of Object.keys(results)) {
    if (!Object.hasOwn(wanted, name)) throw new Error(`${options.what} "${name}" is not in the golden data.`);
  }
  for (const [name, tensor] of Object.entries(wanted)) {
    if (!Object.hasOwn(results, name)) throw new Error(`${options.what} "${name}" has no result.`);
    expectClose(results[name], tensor, { ...options, what: `${options.what} "${name}"` });
  }
}

/** The golden data's own tolerances: float32 rtol 1e-4, atol 1e-5; float64 rtol 1e-9, atol 1e-12; everything else exact. */
export function defaultTolerance(dtype: FixtureDtype): Required<Tolerance> {
  if (dtype === "float32") return { rtol: 1e-4, atol: 1e-5 };
  if (dtype === "float64") return { rtol: 1e-9, atol: 1e-12 };
  return { rtol: 0, atol: 0 };
}

/**
 * |got − want| ≤ atol + rtol·|want| for every element; NaN equals NaN, infinities equal themselves only. Lengths must
 * agree, and shapes where the result has one. `what` opens the message.
 */
export function expectClose(got: Result, want: FixtureTensor, options: Tolerance & { what?: string } = {}): void {
  const { what = "result" } = options;
  const { rtol, atol } = { ...defaultTolerance(want.dtype), ...options } as Required<Tolerance>;
  const { shape, values } = normalise(got);
  if (shape && shape.join() !== want.shape.join()) {
    throw new Error(`${what}: shape [${shape.join(", ")}], expected [${want.shape.join(", ")}].`);
  }
  if (values.length !== want.data.length) {
    throw new Error(`${what}: ${values.length} elements, expected ${want.data.length} ([${want.shape.join(", ")}]).`);
  }
  const wrong: number[] = [];
  for (let i = 0; i < values.length; i++) if (!isClose(values[i], want, i, rtol, atol)) wrong.push(i);
  if (wrong.length > 0) throw new Error(describeWrong(what, wrong, values, want, `rtol ${rtol}, atol ${atol}`));
}

/** Every element equal: numbers with `===` (NaN equals NaN, −0 equals 0), int64str as integers. */
export function expectExact(got: Result, want: FixtureTensor, what?: string): void {
  expectClose(got, want, { rtol: 0, atol: 0, what });
}

function isClose(got: number | bigint | boolean, want: FixtureTensor, i: number, rtol: number, atol: number): boolean {
  if (want.integers) return BigInt(got) === want.integers[i];
  const g = Number(got);
  const w = want.data[i];
  if (g === w || (Number.isNaN(g) && Number.isNaN(w))) return true;
  return Number.isFinite(g) && Number.isFinite(w) && Math.abs(g - w) <= atol + rtol * Math.abs(w);
}

function normalise(got: Result): { shape?: readonly number[]; values: ArrayLike<number | bigint | boolean> } {
  if (typeof got !== "object") return { values: [got] };
  if ("shape" in got) return { shape: got.shape, values: got.data };
  return { values: got };
}

function describeWrong(
  what: string,
  wrong: readonly number[],
  values: ArrayLike<number | bigint | boolean>,
  want: FixtureTensor,
  tolerance: string,
): string {
  const expected = (i: number) => want.integers?.[i] ?? want.data[i];
  const shown = wrong.slice(0, 5).map((i) => `  [${i}] got ${values[i]}, expected ${expected(i)}`);
  return `${what}: ${wrong.length} of ${values.length} elements differ (${tolerance}):\n${shown.join("\n")}`;
}

function decodeCase(file: string, raw: Record<string, unknown>): FixtureCase {
  const group = (key: string) => (raw[key] ?? {}) as Record<string, unknown>;
  const tensors = (key: string) => pick(group(key), isRawTensor, (tensor) => decodeTensor(file, tensor as RawTensor));
  const plain = (key: string) => pick(group(key), (value) => !isRawTensor(value), decodeNumbers);
  return {
    name: raw.name as string,
    op: raw.op as string,
    params: decodeNumbers(raw.params ?? {}) as Record<string, unknown>,
    inputs: tensors("inputs"),
    weights: tensors("weights"),
    cotangents: tensors("cotangents"),
    outputs: tensors("outputs"),
    grads: tensors("grads"),
    plainInputs: plain("inputs"),
    plainOutputs: plain("outputs"),
    note: raw.note as string | undefined,
  };
}

function pick<T>(
  from: Record<string, unknown>,
  keep: (value: unknown) => boolean,
  decode: (value: unknown) => T,
): Record<string, T> {
  // A tensor may be called "__proto__", which only an object without prototype keeps as an ordinary key.
  const kept: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [name, value] of Object.entries(from)) if (keep(value)) kept[name] = decode(value);
  return kept;
}

interface RawTensor {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: (number | string)[];
}

function isRawTensor(value: unknown): boolean {
  return typeof value === "object" && value !== null && "dtype" in value && "data" in value && "shape" in value;
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: Float64Array,
  int64str: Float64Array,
  bool: Uint8Array,
};

function decodeTensor(file: string, { dtype, shape, data }: RawTensor): FixtureTensor {
  if (!Object.hasOwn(arrays, dtype)) {
    throw new Error(
      `loadFixture: ${file} has a tensor of dtype "${dtype}"; known are ${Object.keys(arrays).join(", ")}.`,
    );
  }
  const known = dtype as FixtureDtype;
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw new Error(`loadFixture: ${file} has a tensor of shape [${shape.join(", ")}] with ${data.length} elements.`);
  }
  const integers = known === "int64str" ? data.map((digits) => BigInt(digits)) : undefined;
  return { dtype: known, shape, data: new arrays[known](data.map(Number)), integers };
}

/** Turns the strings "NaN", "Infinity" and "-Infinity", which stand for numbers in JSON, into those numbers. */
function decodeNumbers(value: unknown): unknown {
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  if (Array.isArray(value)) return value.map(decodeNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decodeNumbers(inner)]));
}

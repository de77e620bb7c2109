// Everything that something is (an agent, a training), as one safetensors file: arrays as tensors, the rest as JSON in the metadata.
import { decodeSafetensors, encodeSafetensors, type SafetensorsArray, type SafetensorsEntry } from "./safetensors.ts";
import type { Variable } from "./variable.ts";

export interface PackedState {
  /** What it is a state of: "dqn", "fit", … */
  readonly kind: string;
  readonly arrays: ReadonlyMap<string, SafetensorsArray>;
  /** Plain data; typed arrays, −0, NaN and infinities inside survive. */
  readonly data: unknown;
}

/** What JSON cannot say, said in JSON. */
const toJson = (value: unknown): unknown => {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { $number: Object.is(value, -0) ? "-0" : String(value) };
  if (ArrayBuffer.isView(value))
    return { $array: value.constructor.name, values: Array.from(value as Float64Array, toJson) };
  if (Array.isArray(value)) return value.map(toJson);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
  return value;
};

const arrayTypes = { Float32Array, Float64Array, Int32Array, Uint8Array };

const fromJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(fromJson);
  if (!value || typeof value !== "object") return value;
  if ("$number" in value) return Number(value.$number);
  if ("$array" in value)
    return new arrayTypes[value.$array as keyof typeof arrayTypes](
      (value as unknown as { values: unknown[] }).values.map(fromJson) as number[],
    );
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromJson(part)]));
};

/** The bytes of a state, a safetensors file. */
export const packState = ({ kind, arrays, data }: PackedState): Uint8Array => {
  const entries = new Map<string, SafetensorsEntry>(
    [...arrays].map(([name, array]) => [name, { shape: [array.length], data: array }]),
  );
  return encodeSafetensors(entries, { agon: JSON.stringify(toJson({ kind, data })) });
};

/** The state that `packState` made of something of this kind. */
export const unpackState = (bytes: Uint8Array, expected: string): PackedState => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.agon === undefined)
    throw new Error('restore: these bytes are no checkpoint of agon: no "agon" entry in the metadata.');
  const { kind, data } = fromJson(JSON.parse(metadata.agon)) as { readonly kind: string; readonly data: unknown };
  if (kind !== expected) throw new Error(`restore: this checkpoint is of ${kind}, not ${expected}.`);
  // packState writes no other types.
  const arrays = new Map([...tensors].map(([name, { data: array }]) => [name, array as SafetensorsArray]));
  return { kind, arrays, data };
};

/** The values of Variables under a prefix, by position: "online.0", "online.1", … */
export const saveVariables = (prefix: string, variables: readonly Variable[]): [string, SafetensorsArray][] =>
  variables.map((variable, i) => [`${prefix}.${i}`, variable.toHost()]);

/** Sets Variables to what `saveVariables` kept under the prefix. */
export const loadVariables = (state: PackedState, prefix: string, variables: readonly Variable[]): void => {
  variables.forEach((variable, i) => {
    variable.set(arrayOf(state, `${prefix}.${i}`));
  });
};

/** An array that the checkpoint must hold. */
export const arrayOf = (state: PackedState, name: string): SafetensorsArray => {
  const array = state.arrays.get(name);
  if (!array)
    throw new Error(`restore: the checkpoint holds no "${name}"; it belongs to another ${state.kind} or version.`);
  return array;
};

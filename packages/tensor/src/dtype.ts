// Element types, and the typed array that holds each on the host.
import { OutOfMemoryError } from "./errors.ts";

/** float64 exists on the js backend only; it is there for gradient checks and exact statistics. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** Host representation: bool is one byte, 0 or 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };

/** Zeros. Throws an OutOfMemoryError where the engine cannot make so long an array. */
export const newArray = (dtype: DType, length: number): TypedArray => {
  try {
    return new constructors[dtype](length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const asked = length * constructors[dtype].BYTES_PER_ELEMENT;
    throw new OutOfMemoryError(
      `out of memory: ${asked} bytes asked for ${length} elements of ${dtype}, which JavaScript cannot give (${error.message}; it tells neither what is in use nor its limit). Use smaller batches, or keep fewer tensors.`,
      { asked },
    );
  }
};

export const dtypeOf = (data: TypedArray): DType => {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return "bool";
};

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

const rank: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/** The type that a pair of operands computes in: the wider one of bool < int32 < float32 < float64. */
export const promote = (a: DType, b: DType): DType => (rank[a] >= rank[b] ? a : b);

// Element types, and the typed array that holds each on the host.

/** float64 exists on the js backend only; it is there for gradient checks and exact statistics. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** Host representation: bool is one byte, 0 or 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };

export const newArray = (dtype: DType, length: number): TypedArray => new constructors[dtype](length);

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

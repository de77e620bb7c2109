// @agon/tensor: tensors, exact gradients by closure, scope-owned memory, compiled steps.
export { differentiate, grad, valueAndGrad } from "./autodiff.ts";
export type { Attributes, Backend, PlanLine, Shape, Spec } from "./backend.ts";
export { type Bound, type Compiled, compile } from "./compile.ts";
export { arange, concat, eye, full, linspace, oneHot, ones, scalar, stack, tensor, where, zeros } from "./create.ts";
export type { DType, TypedArray } from "./dtype.ts";
export { setDebug } from "./engine.ts";
export { NonFiniteError, ShapeError, UsageError } from "./errors.ts";
export { einsum } from "./einsum.ts";
export { guardFinite } from "./guard.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsArray,
  type SafetensorsEntry,
  SafetensorsError,
  type SafetensorsFile,
} from "./safetensors.ts";
export { scope } from "./scope.ts";
export { type BackendName, backendInForce, selectBackend, setVectorBits } from "./select.ts";
export {
  customGradient,
  type NestedNumbers,
  type Operand,
  type Range,
  type ReduceOptions,
  Tensor,
  type TransposeOptions,
} from "./tensor.ts";
export { mapTree, type Tree, tensorsIn } from "./tree.ts";
export { blend, copy, Parameter, Variable } from "./variable.ts";

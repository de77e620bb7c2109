// @agon/tensor: tensors, exact gradients by closure, scope-owned memory, compiled steps.
export { differentiate, grad, valueAndGrad } from "./autodiff.ts";
export type { Attributes, Backend, Shape, Spec } from "./backend.ts";
export { type Bound, type Compiled, compile, readSetting } from "./compile.ts";
export { arange, concat, eye, full, linspace, oneHot, ones, scalar, stack, tensor, where, zeros } from "./create.ts";
export type { DType, TypedArray } from "./dtype.ts";
export { setDebug } from "./engine.ts";
export { NonFiniteError, OutOfMemoryError, ShapeError, UsageError } from "./errors.ts";
export { einsum } from "./einsum.ts";
export {
  causalMask,
  chunk,
  diagonal,
  type DiagonalOptions,
  maskedFill,
  repeat,
  repeatInterleave,
  roll,
  split,
  tril,
  triu,
} from "./functions/arrange.ts";
export { causalSoftmax } from "./functions/causal-softmax.ts";
export { checkpoint } from "./functions/checkpoint.ts";
export type { Pair } from "./functions/arguments.ts";
export {
  conv1d,
  conv2d,
  type ConvOptions,
  convTranspose1d,
  convTranspose2d,
  type ConvTransposeOptions,
} from "./functions/convolution.ts";
export { embedding } from "./functions/embedding.ts";
export { interpolate, type InterpolateOptions } from "./functions/interpolation.ts";
export {
  type AffineOptions,
  batchNorm,
  type BatchNormOptions,
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
} from "./functions/normalisation.ts";
export { pad, type PadOptions } from "./functions/padding.ts";
export {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  type AvgPoolOptions,
  maxPool1d,
  maxPool2d,
  type MaxPoolOptions,
} from "./functions/pooling.ts";
export { dropout, type DropoutOptions, RandomStream } from "./functions/random.ts";
export { scan } from "./functions/scan.ts";
export { argsort, sort, type Sorted, type SortOptions, topK } from "./functions/sorting.ts";
export { fold, unfold, type WindowOptions } from "./functions/windows.ts";
export { guardFinite } from "./guard.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsArray,
  type SafetensorsData,
  type SafetensorsEntry,
  SafetensorsError,
  type SafetensorsFile,
} from "./safetensors.ts";
export { type HeldTensors, memory, type MemoryReport } from "./memory.ts";
export type { PlanReport, PlanRow, ProfileOptions } from "./profile.ts";
export type { Range } from "./ranges.ts";
export { scope } from "./scope.ts";
export { arrayOf, loadVariables, packState, type PackedState, saveVariables, unpackState } from "./state.ts";
export { type BackendName, backendInForce, selectBackend, setThreads, setVectorBits, threads } from "./select.ts";
export {
  customGradient,
  type NestedNumbers,
  type Operand,
  type ReduceOptions,
  Tensor,
  type TransposeOptions,
} from "./tensor.ts";
export { mapTree, type Tree, tensorsIn } from "./tree.ts";
export { blend, copy, Parameter, Variable, withValues } from "./variable.ts";
export { vmap } from "./vmap.ts";

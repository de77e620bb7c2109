// @agon/nn: modules, activations, losses.
export {
  elu,
  flatten,
  gelu,
  hardtanh,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from "./activations.ts";
export { heUniform, initialRandom, orthogonal, uniform, withRandom, xavierUniform } from "./initialise.ts";
export { Linear } from "./linear.ts";
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  type LossOptions,
  mae,
  mse,
  type Reduction,
} from "./losses.ts";
export { applyLayer, type Layer, Module, parameter } from "./module.ts";
export { MLP, Sequential } from "./sequential.ts";

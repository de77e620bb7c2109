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
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyWithLogitsOptions,
} from "./losses/binary-cross-entropy.ts";
export { perceptual, type PerceptualOptions, weightedSum, type WeightedTerm } from "./losses/combined.ts";
export { contrastive, type ContrastiveOptions, ntXent, type NtXentOptions } from "./losses/contrastive.ts";
export {
  cosineEmbedding,
  type CosineEmbeddingOptions,
  cosineSimilarity,
  type CosineSimilarityOptions,
} from "./losses/cosine.ts";
export { crossEntropy, type CrossEntropyOptions, nll, type NllOptions } from "./losses/cross-entropy.ts";
export { ctc, type CtcOptions } from "./losses/ctc.ts";
export { klDivergence, type KlDivergenceOptions } from "./losses/divergence.ts";
export { type FocalOptions, sigmoidFocal, type SigmoidFocalOptions, softmaxFocal } from "./losses/focal.ts";
export {
  hinge,
  hingeEmbedding,
  type MarginOptions,
  marginRanking,
  multiMargin,
  type MultiMarginOptions,
  softMargin,
  squaredHinge,
} from "./losses/hinge.ts";
export { gaussianNll, type GaussianNllOptions, poissonNll, type PoissonNllOptions } from "./losses/likelihood.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export { huber, type HuberOptions, mae, mse, smoothL1, type SmoothL1Options } from "./losses/regression.ts";
export { minedTriplet, type MinedTripletOptions, tripletMargin, type TripletMarginOptions } from "./losses/triplet.ts";
export { applyLayer, type Layer, Module, parameter } from "./module.ts";
export { MLP, Sequential } from "./sequential.ts";

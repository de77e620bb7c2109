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
export { KeyValueCache, type KeyValueCacheSize } from "./attention/key-value-cache.ts";
export {
  type AttentionMasks,
  MultiheadAttention,
  type MultiheadInput,
  type MultiheadOptions,
  type MultiheadOutput,
} from "./attention/multihead.ts";
export {
  type AttentionOptions,
  type AttentionOutput,
  scaledDotProductAttention,
} from "./attention/scaled-dot-product.ts";
export {
  type DecoderLayerInput,
  type EncoderInput,
  type EncoderLayerInput,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
  type TransformerOptions,
} from "./attention/transformer.ts";
export { Ensemble } from "./ensemble.ts";
export {
  heNormal,
  heUniform,
  type Initialiser,
  initialRandom,
  type InitialOptions,
  lecunNormal,
  lecunUniform,
  orthogonal,
  uniform,
  withRandom,
  xavierNormal,
  xavierUniform,
} from "./initialise.ts";
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from "./layers/batch-norm.ts";
export { BasicBlock, DenseBlock, Highway, Residual } from "./layers/blocks.ts";
export {
  Conv1d,
  Conv2d,
  type ConvLayerOptions,
  ConvTranspose2d,
  type ConvTransposeLayerOptions,
} from "./layers/convolution.ts";
export { Dropout, type DropoutLayerOptions, SpatialDropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions } from "./layers/embedding.ts";
export { Linear } from "./layers/linear.ts";
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
export { initialise } from "./reinitialise.ts";
export { type AnyModule, applyLayer, type Layer, Module, parameter } from "./module.ts";
export { GroupNorm, LayerNorm, type NormOptions, RMSNorm } from "./layers/normalisation.ts";
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  globalAvgPool,
  globalMaxPool,
  MaxPool1d,
  MaxPool2d,
} from "./layers/pooling.ts";
export { type PositionOptions, SinusoidalPositions, sinusoidalPositions } from "./layers/positions.ts";
export { PReLU, type PReLUOptions } from "./layers/prelu.ts";
export { MLP, Sequential } from "./layers/sequential.ts";
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from "./recurrent/cells.ts";
export {
  GRU,
  LSTM,
  type LSTMInput,
  type LSTMOutput,
  type RecurrentInput,
  type RecurrentOutput,
  RNN,
  type RNNOptions,
} from "./recurrent/recurrent.ts";
export type { RecurrentOptions } from "./recurrent/stack.ts";
export type { ModuleSummary, SummaryRow } from "./summary.ts";
export { type LayerCall, watchLayers } from "./watch.ts";

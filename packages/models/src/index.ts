// @agon/models: architectures, one file each.
export {
  BERT,
  type BERTInput,
  type BERTOptions,
  type BERTOutput,
  bertParameters,
  type MaskedInput,
  MaskedLanguageModel,
  type MaskOptions,
  maskTokens,
  NOT_ASKED,
} from "./bert.ts";
export { DenseNet, type DenseNetOptions } from "./densenet.ts";
export { type GenerateOptions, GPT, type GPTOptions, gptParameters, type SampleOptions, sampleToken } from "./gpt.ts";
export { LeNet5 } from "./lenet.ts";
export { ResNet, type ResNetOptions } from "./resnet.ts";
export {
  type ForwardPass,
  type LayerGradients,
  SimpleNeuralNetwork,
  type SimpleTraining,
} from "./simple-neural-network.ts";
export { Perceptron, type PerceptronOptions, type PerceptronTraining, type Side } from "./perceptron.ts";

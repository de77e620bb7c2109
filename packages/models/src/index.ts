// @agon/models: architectures, one file each.
export { LeNet5 } from "./lenet.ts";
export { Perceptron, type PerceptronOptions, type PerceptronTraining, type Side } from "./perceptron.ts";

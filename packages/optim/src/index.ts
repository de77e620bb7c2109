// @agon/optim: optimizers over Parameters; state in Variables, so that a compiled step replays exactly.
export { Adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions } from "./adam.ts";
export { Adamax, type AdamaxOptions } from "./adamax.ts";
export { NAdam, type NAdamOptions } from "./nadam.ts";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./clip.ts";
export { type LossResult, Optimizer, type OptimizerOptions } from "./optimizer.ts";
export { RAdam, type RAdamOptions } from "./radam.ts";
export { RMSprop, type RMSpropOptions } from "./rms-prop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";

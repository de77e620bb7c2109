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
export {
  cosineDecay,
  type CosineDecayOptions,
  cosineWarmRestarts,
  type CosineWarmRestartsOptions,
} from "./schedules/cosine.ts";
export {
  exponentialDecay,
  type ExponentialDecayOptions,
  multiStepDecay,
  type MultiStepDecayOptions,
  polynomialDecay,
  type PolynomialDecayOptions,
  stepDecay,
  type StepDecayOptions,
} from "./schedules/decay.ts";
export {
  oneCycle,
  oneCycleMomentum,
  type OneCycleMomentumOptions,
  type OneCycleOptions,
} from "./schedules/one-cycle.ts";
export { type PlateauOptions, type PlateauState, ReduceOnPlateau } from "./schedules/plateau.ts";
export type { Schedule, ScheduleOptions } from "./schedules/schedule.ts";
export {
  linearRamp,
  type LinearRampOptions,
  linearWarmup,
  noam,
  type NoamOptions,
  warmupCosine,
  type WarmupCosineOptions,
  type WarmupOptions,
} from "./schedules/warmup.ts";

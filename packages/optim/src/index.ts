// @agon/optim: optimizers over Parameters; state in Variables, so that a compiled step replays exactly.
export { Adam, type AdamOptions } from "./adam.ts";
export { clipByGlobalNorm, type LossResult } from "./minimize.ts";
export { SGD, type SGDOptions } from "./sgd.ts";

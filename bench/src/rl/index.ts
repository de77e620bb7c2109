// @agon/bench/rl: the speed of whole training loops.
export { type LoopWork, loopWorks } from "./loops.ts";
export { benchLoops, type LoopReport } from "./rl.ts";
export { loopTable } from "./rl-table.ts";

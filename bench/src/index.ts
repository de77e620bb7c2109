// @agon/bench: timings of agon, and beside it of its peers.
export { bench, type BenchPlan, type BenchReport, type BenchRow, type BenchSurroundings, type Timed } from "./bench.ts";
export { benchTable } from "./table.ts";
export { environmentWorks, type Work, works } from "./works.ts";

// @agon/bench: timings of agon, and beside it of its peers.
export { bench, type BenchPlan, type BenchReport, type BenchRow, type BenchSurroundings, type Timed } from "./bench.ts";
export type { ForeignPlan } from "./foreign-peers.ts";
export {
  profile,
  type ProfiledKind,
  type ProfiledPart,
  type ProfilePlan,
  type ProfileReport,
  type WorkProfile,
} from "./profile.ts";
export { profileTable } from "./profile-table.ts";
export { benchTable } from "./table.ts";
export { environmentWorks, type Work, works } from "./works.ts";

// @agon/runs/node: runs in the file system.
export { type MetricLine, RunFolder, RunFolderError, type RunPlan } from "./run-folder.ts";
export { writeFileAtomic } from "./write-file.ts";

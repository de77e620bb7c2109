// @agon/runs/node: runs in the file system.
export { makeFolder } from "./make-folder.ts";
export { type MetricLine, RunFolder, RunFolderError, type RunPlan } from "./run-folder.ts";
export { readFileBytes, writeFileAtomic } from "./write-file.ts";

// One run as a folder: spec.json, plan.json, metrics.jsonl, checkpoint.safetensors, and result.json once it is finished.
import { appendFile, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, type RunSpec, runId } from "../spec.ts";
import { makeFolder } from "./make-folder.ts";
import { writeFileAtomic } from "./write-file.ts";

/** A line of metrics.jsonl; everything else in it is free. */
export interface MetricLine {
  readonly step: number;
}

/** How far a run is meant to go. Not part of what makes it the same run: it may be continued. */
export interface RunPlan {
  /** Environment steps of training. */
  readonly steps: number;
  /** Episodes of training, where they end it too. */
  readonly maxEpisodes?: number;
  /** Episodes of the evaluation after it. */
  readonly episodes: number;
}

/** The folder cannot be used as asked; the message says why and what to do. */
export class RunFolderError extends Error {
  override name = "RunFolderError";
}

export class RunFolder {
  readonly path: string;
  readonly spec: RunSpec;

  private constructor(path: string, spec: RunSpec) {
    this.path = path;
    this.spec = spec;
  }

  /** Opens the folder for this run, making it where there is none; one that holds another run or anything else is refused. */
  static async create(path: string, spec: RunSpec): Promise<RunFolder> {
    const found = await readSpec(path);
    if (found !== null) {
      const existing = await parseSpec(path, found);
      if ((await runId(existing)) === (await runId(spec))) return new RunFolder(path, existing);
      throw new RunFolderError(
        `Folder ${path} holds another run (${difference(existing, spec)}); name another folder or delete this one.`,
      );
    }
    await makeEmptyFolder(path);
    await writeFileAtomic(join(path, "spec.json"), `${JSON.stringify({ id: await runId(spec), ...spec }, null, 2)}\n`);
    return new RunFolder(path, spec);
  }

  /** Opens a folder that an earlier run has left. */
  static async open(path: string): Promise<RunFolder> {
    const found = await readSpec(path);
    if (found === null) throw new RunFolderError(`Folder ${path} holds no run: it has no spec.json.`);
    return new RunFolder(path, await parseSpec(path, found));
  }

  async readPlan(): Promise<RunPlan | null> {
    const found = await readIfThere(join(this.path, "plan.json"));
    if (found === null) return null;
    try {
      return JSON.parse(text(found)) as RunPlan;
    } catch {
      throw new RunFolderError(`Folder ${this.path} holds a damaged run: plan.json is not JSON.`);
    }
  }

  async writePlan(plan: RunPlan): Promise<void> {
    await writeFileAtomic(join(this.path, "plan.json"), `${JSON.stringify(plan)}\n`);
  }

  async readCheckpoint(): Promise<Uint8Array | null> {
    return readIfThere(join(this.path, "checkpoint.safetensors"));
  }

  async writeCheckpoint(bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(join(this.path, "checkpoint.safetensors"), bytes);
  }

  async appendMetrics(lines: readonly MetricLine[]): Promise<void> {
    if (lines.length === 0) return;
    await appendFile(join(this.path, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  /** The lines of metrics.jsonl. */
  async readMetrics(): Promise<MetricLine[]> {
    const found = await readIfThere(join(this.path, "metrics.jsonl"));
    const lines = found === null ? [] : text(found).split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as MetricLine);
  }

  /** Drops the metrics after `step`, and a line cut short by a crash: training goes on from there and writes them again. */
  async rewindMetrics(step: number): Promise<void> {
    const path = join(this.path, "metrics.jsonl");
    const found = await readIfThere(path);
    if (found === null) return;
    const kept = text(found)
      .split("\n")
      .filter((line) => (stepOf(line) ?? Number.POSITIVE_INFINITY) <= step);
    await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(""));
  }

  async readResult(): Promise<unknown> {
    const found = await readIfThere(join(this.path, "result.json"));
    return found === null ? null : JSON.parse(text(found));
  }

  async writeResult(result: unknown): Promise<void> {
    await writeFileAtomic(join(this.path, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
  }

  /** The result no longer holds: the run goes on. */
  async removeResult(): Promise<void> {
    await rm(join(this.path, "result.json"), { force: true });
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const readIfThere = async (path: string): Promise<Uint8Array | null> => {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};

/** spec.json of the folder, null where there is none. */
const readSpec = async (path: string): Promise<Uint8Array | null> => {
  try {
    return await readIfThere(join(path, "spec.json"));
  } catch (error) {
    throw unusable(path, error);
  }
};

/** Makes the folder; one that is there already must be empty but for what a crash in `writeFileAtomic` leaves. */
const makeEmptyFolder = async (path: string): Promise<void> => {
  try {
    await makeFolder(path);
    const stranger = (await readdir(path)).find((name) => !name.endsWith(".tmp"));
    if (stranger === undefined) return;
    throw new RunFolderError(
      `Folder ${path} holds no run but other files, such as ${stranger}; name a new or an empty folder.`,
    );
  } catch (error) {
    throw unusable(path, error);
  }
};

/** What the file system says, in words. */
const unusable = (path: string, error: unknown): Error => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  if (["ENOTDIR", "EEXIST"].includes(code))
    return new RunFolderError(`${path} is no folder, or lies below a file; name a folder.`);
  return new RunFolderError(`Folder ${path} cannot be used: ${message}.`);
};

const parseSpec = async (path: string, bytes: Uint8Array): Promise<RunSpec> => {
  let content: Partial<RunSpec> & { id?: string };
  try {
    content = JSON.parse(text(bytes));
  } catch {
    throw new RunFolderError(`Folder ${path} holds a damaged run: spec.json is not JSON.`);
  }
  const { id, ...spec } = content;
  if (typeof spec.algorithm !== "string" || id !== (await runId(spec as RunSpec))) {
    throw new RunFolderError(`Folder ${path} holds a damaged run: the id in spec.json does not fit its content.`);
  }
  return spec as RunSpec;
};

const stepOf = (line: string): number | null => {
  try {
    const { step } = JSON.parse(line) as Partial<MetricLine>;
    return typeof step === "number" ? step : null;
  } catch {
    return null;
  }
};

/** The first field in which two specs differ, in words. */
const difference = (existing: RunSpec, wanted: RunSpec): string => {
  const [before, now] = [existing, wanted].map((spec) => new Map(flatten(spec)));
  for (const key of [...before.keys(), ...now.keys()]) {
    if (before.get(key) !== now.get(key))
      return `its ${key} is ${before.get(key) ?? "unset"}, not ${now.get(key) ?? "unset"}`;
  }
  return "its spec differs";
};

const flatten = (value: unknown, path = ""): [string, string][] => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, canonicalJson(value)]];
  return Object.entries(value).flatMap(([key, field]) => flatten(field, path === "" ? key : `${path}.${key}`));
};

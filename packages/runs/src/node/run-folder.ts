// One run as a folder: spec.json, metrics.jsonl, checkpoint.safetensors, and result.json once it is finished.
import { appendFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, type RunSpec, runId } from "../spec.ts";
import { writeFileAtomic } from "./write-file.ts";

/** A line of metrics.jsonl; everything else in it is free. */
export interface MetricLine {
  readonly step: number;
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

  /** Opens the folder for this run, making it where there is none; a folder that holds another run is refused. */
  static async create(path: string, spec: RunSpec): Promise<RunFolder> {
    const found = await readIfThere(join(path, "spec.json"));
    if (found !== null) {
      const existing = await parseSpec(path, found);
      if ((await runId(existing)) === (await runId(spec))) return new RunFolder(path, existing);
      throw new RunFolderError(
        `Folder ${path} holds another run (${difference(existing, spec)}); name another folder or delete this one.`,
      );
    }
    await mkdir(path, { recursive: true });
    await writeFileAtomic(join(path, "spec.json"), `${JSON.stringify({ id: await runId(spec), ...spec }, null, 2)}\n`);
    return new RunFolder(path, spec);
  }

  /** Opens a folder that an earlier run has left. */
  static async open(path: string): Promise<RunFolder> {
    const found = await readIfThere(join(path, "spec.json"));
    if (found === null) throw new RunFolderError(`Folder ${path} holds no run: it has no spec.json.`);
    return new RunFolder(path, await parseSpec(path, found));
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

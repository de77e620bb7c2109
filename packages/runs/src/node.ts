// @agon/runs/node: run folders on disk. Every file appears whole or not at all.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes a file so that a crash leaves the old one or the new one, never half: to a temporary file, synced, then renamed. */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What a run was asked to do: enough to build its agent again. */
export interface RunRecord {
  readonly algorithm: string;
  readonly environment: string;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly steps: number;
  readonly numerics: string;
}

/** A folder with one run: run.json, checkpoint.safetensors, policy.safetensors, result.json. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await writeAtomically(join(this.path, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Throws one clear line where the folder holds no run. */
  async readRecord(): Promise<RunRecord> {
    const path = join(this.path, "run.json");
    const text = await readFile(path, "utf8").catch(() => {
      throw new Error(`${this.path}: no run there (expected the file ${path}).`);
    });
    return JSON.parse(text) as RunRecord;
  }

  async writeCheckpoint(bytes: Uint8Array): Promise<void> {
    await writeAtomically(join(this.path, "checkpoint.safetensors"), bytes);
  }

  async readCheckpoint(): Promise<Uint8Array> {
    return readFile(join(this.path, "checkpoint.safetensors"));
  }

  async writePolicy(bytes: Uint8Array): Promise<void> {
    await writeAtomically(join(this.path, "policy.safetensors"), bytes);
  }

  async readPolicy(): Promise<Uint8Array> {
    return readFile(join(this.path, "policy.safetensors"));
  }

  async writeResult(result: unknown): Promise<void> {
    await writeAtomically(join(this.path, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
  }
}

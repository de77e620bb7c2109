// The packages that are published: built from nothing and packed as a release would pack them.
import { globSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../programs.ts";

export const root: string = join(import.meta.dirname, "../..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
export const tsc: string = bin("tsc");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly private?: boolean;
}

export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** As it stands in the workspace; the packed one differs. */
  readonly manifest: Manifest;
  readonly readme: string;
}

/** Every package of the workspace that a user may install. */
export const publishedPackages: readonly PublishedPackage[] = ["packages/*", "environments"]
  .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
  .sort()
  .map((path) => {
    const folder = join(root, path, "..");
    const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
    return { name: manifest.name, folder, manifest, readme: readFileSync(join(folder, "README.md"), "utf8") };
  })
  .filter(({ manifest }) => !manifest.private);

export interface Tarball {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it lies unpacked. */
  readonly folder: string;
  /** Its files, from that folder. */
  readonly files: readonly string[];
  readonly manifest: Manifest & Readonly<Record<string, unknown>>;
}

/** Packs each package into `target`: tarballs by name. What earlier builds left is deleted first, so that nothing stale is packed. */
export async function packAll(target: string): Promise<ReadonlyMap<string, Tarball>> {
  for (const { folder } of publishedPackages)
    for (const left of globSync(["dist", "*.tsbuildinfo"], { cwd: folder }))
      rmSync(join(folder, left), { recursive: true });
  const tarballs = new Map<string, Tarball>();
  for (const one of publishedPackages) tarballs.set(one.name, await pack(one, target));
  return tarballs;
}

async function pack({ name, folder }: PublishedPackage, target: string): Promise<Tarball> {
  const output = await run(bin("pnpm"), ["pack", "--json", "--pack-destination", target], { cwd: folder });
  const { filename } = JSON.parse(output.slice(output.indexOf("{\n"))) as { filename: string };
  const unpacked = join(target, name);
  await mkdir(unpacked, { recursive: true });
  await run("tar", ["-xzf", filename, "-C", unpacked, "--strip-components=1"], { cwd: target });
  return {
    path: filename,
    bytes: new Uint8Array(await readFile(filename)),
    folder: unpacked,
    files: globSync("**/*", { cwd: unpacked, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1))
      .sort(),
    manifest: JSON.parse(await readFile(join(unpacked, "package.json"), "utf8")),
  };
}

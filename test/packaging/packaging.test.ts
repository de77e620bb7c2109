// Each package as its users meet it: packed, installed from the tarball outside the workspace, used as its README says.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsOf, importsOf, linksOf, type Program, programsOf, run } from "../programs.ts";
import { Consumer } from "./consumer.ts";
import { type Manifest, type PublishedPackage, packAll, publishedPackages, root, type Tarball } from "./tarballs.ts";

/** The oldest Node that the packages promise to run on; it comes with the install, for this platform alone. */
const oldestNode =
  process.platform === "linux" && process.arch === "x64"
    ? join(root, "test/node_modules/node22-linux-x64/bin/node")
    : null;
const nodes = [
  { title: "the pinned Node", node: process.execPath },
  { title: oldestNode ? "Node 22" : "Node 22 (skipped: it is installed on linux-x64 only)", node: oldestNode },
];

let folder: string;
let tarballs: ReadonlyMap<string, Tarball>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-packaging-"));
  tarballs = await packAll(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("there are packages to check, and the Nodes are those promised", async () => {
  expect(publishedPackages.length).toBeGreaterThanOrEqual(9);
  expect(await run(process.execPath, ["--version"], { cwd: root })).toMatch(/^v24\./);
  if (oldestNode) expect(await run(oldestNode, ["--version"], { cwd: root })).toBe("v22.13.0");
});

describe.each(publishedPackages)("$name", (one) => {
  const tarball = (): Tarball => tarballs.get(one.name)!;
  const textOf = (file: string): string => readFileSync(join(tarball().folder, file), "utf8");

  test("ships what runs, its types and documents, and nothing else", () => {
    const wanted = /^(package\.json|README\.md|LICENSE|dist\/.+\.(js|js\.map|d\.ts)|src\/.+\/README\.md)$/;
    const { files } = tarball();
    expect(files.filter((file) => !wanted.test(file) || /\.test\b|test-data/.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/index.d.ts", "dist/index.js"]));
    expect(textOf("LICENSE")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  test("imports files that it ships, by the names they have there", () => {
    const { files } = tarball();
    const missing = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) =>
        relativeImports(textOf(file))
          .filter((specifier) => {
            const target = posix.join(posix.dirname(file), specifier);
            const needed = file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
            return !specifier.endsWith(".js") || !files.includes(needed);
          })
          .map((specifier) => `${file} imports ${specifier}`),
      );
    expect(missing).toEqual([]);
  });

  test("needs no source for debugging: maps hold it", () => {
    for (const file of tarball().files.filter((name) => name.endsWith(".js"))) {
      const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(textOf(file))?.[1];
      expect(map, file).toBe(posix.basename(`${file}.map`));
      const { sources, sourcesContent } = JSON.parse(textOf(`${file}.map`));
      expect(sourcesContent, file).toEqual(sources.map(() => expect.any(String)));
    }
  });

  test("has a manifest fit to publish", () => {
    const { manifest } = tarball();
    expect(manifest).toMatchObject({
      name: one.name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      description: expect.stringMatching(/\w{3}/),
      license: "MIT",
      type: "module",
      sideEffects: false,
      engines: { node: ">=22.13" },
    });
    expect(manifest.keywords.length).toBeGreaterThanOrEqual(3);
    expect(manifest.exports).toEqual(withoutSource(one));
    const text = JSON.stringify(manifest);
    expect(text).not.toContain("workspace:");
    expect(text).not.toContain("@agon/source");
    for (const [name, version] of Object.entries(manifest.dependencies ?? {}))
      expect(version, name).toEqual(tarballs.get(name)?.manifest.version ?? expect.stringMatching(/^\d+\.\d+\.\d+$/));
  });

  test("publint finds nothing", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: tarball().bytes.buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg!, { color: false }))).toEqual([]);
  });

  test("attw finds nothing", async () => {
    const attw = join(root, "test/node_modules/.bin/attw");
    const options = ["--profile", "esm-only", "--no-definitely-typed", "--format", "ascii", "--no-color"];
    await run(attw, [tarball().path, ...options], { cwd: folder });
  });

  test("its README links to files that are there", () => {
    for (const link of linksOf(one.readme)) {
      expect(existsSync(join(one.folder, link)), link).toBe(true);
      if (!link.startsWith("../")) expect(tarball().files, link).toContain(posix.normalize(link));
    }
  });

  const install = commandsOf(one.readme).find((command) => command.startsWith("npm install "));
  test("its README says how to install it", () => expect(install?.split(" ")).toContain(one.name));
  checkPrograms(one.name, install?.split(" ").slice(2) ?? [], programsOf(one.readme));
});

describe("the README of the workspace", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  checkPrograms(
    "README",
    importsOf(
      programsOf(readme)
        .map(({ code }) => code)
        .join("\n"),
    ),
    programsOf(readme),
  );
  test("links to files that are there", () => {
    for (const link of linksOf(readme)) expect(existsSync(join(root, link)), link).toBe(true);
  });
});

/** Tests that a document's programs work in an empty project with these packages. */
function checkPrograms(name: string, packages: readonly string[], programs: readonly Program[]): void {
  let consumer: Consumer;
  const fileOf = (program: Program): string => `program-${programs.indexOf(program) + 1}.ts`;
  const inNode = ({ code }: Program): boolean => /from "(node:|@agon\/\w+\/node")/.test(code);
  test("has programs that say what they print", () => {
    expect(programs.length).toBeGreaterThan(0);
    for (const { claim, code } of programs) expect(claim, code).not.toBe("");
  });
  describe("in an empty project", () => {
    beforeAll(async () => {
      consumer = await Consumer.install(join(folder, "projects", name.replace("/", "-")), packages, tarballs);
      for (const program of programs) await consumer.write(fileOf(program), program.code);
    });
    test("its programs type-check", async () => {
      for (const program of programs) await consumer.compile(fileOf(program), { node: inNode(program) });
    });
    test("vite bundles its programs", async () => {
      for (const program of programs.filter((one) => !inNode(one))) await consumer.bundle(fileOf(program));
    });
    for (const { title, node } of nodes)
      test.skipIf(node === null)(`its programs and their bundles print what they claim on ${title}`, async () => {
        for (const program of programs) {
          const file = fileOf(program).replace(/\.ts$/, ".js");
          for (const form of inNode(program) ? ["compiled"] : ["compiled", "bundled"])
            expect(await consumer.run(node!, join(form, file)), `${form}:\n${program.code}`).toBe(program.claim);
        }
      });
  });
}

describe("sizes", () => {
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

  test("of the tarballs are told", () => {
    const lines = [...tarballs].map(([name, { bytes }]) => `${name} ${kilobytes(bytes.length)}`);
    console.log(`tarballs: ${lines.join(", ")}`);
  });

  test.each([
    { name: "@agon/tensor", exported: "*", limit: 100_000 },
    { name: "@agon/random", exported: "*", limit: 30_000 },
    // NumPy's generator and its tables are left out where only streams are used.
    { name: "@agon/random", exported: "{ createRandom }", limit: 5000 },
  ])("$exported of $name has at most $limit bytes, minified and compressed", async ({ name, exported, limit }) => {
    const project = join(folder, "sizes", `${name}-${exported.replace(/\W/g, "")}`);
    const consumer = await Consumer.install(project, [name], tarballs);
    const { minified, gzipped } = await consumer.size(name, exported);
    console.log(`${exported} of ${name}: ${kilobytes(minified)} minified, ${kilobytes(gzipped)} gzipped`);
    expect(gzipped).toBeGreaterThan(1000);
    expect(gzipped).toBeLessThanOrEqual(limit);
  });
});

/** The workspace's exports without the condition that leads to the sources, which are not shipped. */
function withoutSource({ manifest }: PublishedPackage): Manifest["exports"] {
  return Object.fromEntries(
    Object.entries(manifest.exports).map(([path, conditions]) => [
      path,
      Object.fromEntries(Object.entries(conditions).filter(([condition]) => condition !== "@agon/source")),
    ]),
  );
}

function relativeImports(code: string): string[] {
  return [...code.matchAll(/\b(?:from |import |import\()["'](\.{1,2}\/[^"']+)["']/g)].map(
    ([, specifier]) => specifier!,
  );
}

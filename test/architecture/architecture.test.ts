import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { violations } from "./rules.ts";
import { parseWorkspace, readWorkspace } from "./workspace.ts";

test("the workspace keeps every rule", () => {
  expect(violations(readWorkspace(join(import.meta.dirname, "../..")))).toEqual([]);
});

/** A small workspace that keeps the rules, with some files replaced or added. */
function planted(changes: Readonly<Record<string, string>>): string[] {
  const manifest = (name: string, dependencies: readonly string[]) =>
    JSON.stringify({
      name,
      sideEffects: false,
      exports: {
        ".": { "@agon/source": "./src/index.ts" },
        "./node": { "@agon/source": "./src/node.ts" },
      },
      dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "*"])),
    });
  return violations(
    parseWorkspace({
      "packages/math/package.json": manifest("@agon/math", []),
      "packages/math/src/index.ts": `export const exp = (x: number): number => x;`,
      "packages/random/package.json": manifest("@agon/random", ["@agon/math"]),
      "packages/random/src/index.ts": `import { exp } from "@agon/math"; export const one = exp(0);`,
      "packages/tensor/package.json": manifest("@agon/tensor", ["@agon/random", "@agon/math", "hash-wasm"]),
      "packages/tensor/src/index.ts": `export { one } from "@agon/random"; export const read = () => import("./node.ts");`,
      "packages/tensor/src/node.ts": `import { readFileSync } from "node:fs"; export const all = readFileSync;`,
      "packages/env/package.json": manifest("@agon/env", ["@agon/random"]),
      "packages/env/src/index.ts": `import type { one } from "@agon/random"; export type One = typeof one;`,
      "apps/cli/package.json": manifest("@agon/cli", ["@agon/tensor", "@agon/env"]),
      "apps/cli/src/index.ts": `import { read } from "@agon/tensor"; read(); console.log(Date.now(), process.pid);`,
      "docs/ARCHITECTURE.md": "- `hash-wasm`: a reason",
      ...changes,
    }),
  );
}

describe("planted violations are found", () => {
  test("none in a workspace that keeps the rules", () => {
    expect(planted({})).toEqual([]);
  });

  const cases: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    [
      "a forbidden import",
      { "packages/env/src/index.ts": `import { read } from "@agon/tensor"; export const r = read;` },
      /@agon\/env → @agon\/tensor: forbidden arrow in packages\/env\/src\/index\.ts/,
    ],
    [
      "a forbidden import of types alone",
      { "packages/env/src/a.ts": `import type { read } from "@agon/tensor"; export type R = typeof read;` },
      /@agon\/env → @agon\/tensor: forbidden arrow/,
    ],
    [
      "a forbidden manifest entry",
      {
        "packages/math/package.json": JSON.stringify({
          name: "@agon/math",
          sideEffects: false,
          dependencies: { "@agon/random": "*" },
        }),
      },
      /@agon\/math → @agon\/random: forbidden arrow in packages\/math\/package\.json/,
    ],
    [
      "a package without listed arrows",
      { "packages/other/package.json": `{ "name": "@agon/other", "sideEffects": false }` },
      /@agon\/other: no arrows/,
    ],
    ["an undeclared dependency", { "packages/math/src/a.ts": `import "left-pad";` }, /imports left-pad/],
    ["an imported app", { "packages/env/src/a.ts": `import "@agon/cli";` }, /@agon\/env → @agon\/cli: nothing imports/],
    [
      "an app imported by path",
      { "packages/env/src/a.ts": `import "../../../apps/cli/src/index.ts";` },
      /@agon\/env → @agon\/cli: nothing imports/,
    ],
    [
      "a cycle by value",
      {
        "packages/math/src/a.ts": `import { b } from "./b.ts"; export const a = () => b;`,
        "packages/math/src/b.ts": `import { a } from "./a.ts"; export const b = () => a;`,
      },
      /cycle: packages\/math\/src\/a\.ts → packages\/math\/src\/b\.ts → packages\/math\/src\/a\.ts/,
    ],
    [
      "a Node module in a main entry",
      { "packages/tensor/src/index.ts": `export { all } from "./node.ts";` },
      /main entry reaches packages\/tensor\/src\/node\.ts, which imports node:fs/,
    ],
    [
      "a Node subpath of another package in a main entry",
      { "packages/tensor/src/index.ts": `export { all } from "@agon/tensor/node";` },
      /which imports node:fs/,
    ],
    [
      "a global of the page in a main entry",
      { "packages/env/src/index.ts": `export const title = (): string => document.title;` },
      /which uses document\.title/,
    ],
    ["Math.random", { "packages/env/src/a.ts": `export const f = () => Math.random();` }, /uses Math\.random/],
    ["the clock", { "packages/env/src/a.ts": `export const f = () => [Date.now(), new Date()];` }, /uses Date\.now/],
    [
      "a high-resolution clock",
      { "packages/env/src/a.ts": `export const f = () => performance.now();` },
      /performance/,
    ],
    ["Math.exp", { "packages/env/src/a.ts": `export const f = (x: number) => Math.exp(x);` }, /uses Math\.exp/],
    [
      "a runtime dependency without a reason",
      { "docs/ARCHITECTURE.md": "nothing" },
      /@agon\/tensor → hash-wasm: a runtime dependency/,
    ],
    ["side effects", { "packages/math/package.json": `{ "name": "@agon/math" }` }, /@agon\/math: .*sideEffects/],
  ];
  test.each(cases)("%s", (_, changes, message) => {
    expect(planted(changes).join("\n")).toMatch(message);
  });

  test("but not imports of types in a circle, local names, or tests", () => {
    expect(
      planted({
        "packages/math/src/a.ts": `import type { b } from "./b.ts"; export const a = (x: typeof b) => x;`,
        "packages/math/src/b.ts": `import { a } from "./a.ts"; export const b = () => a;`,
        "packages/env/src/index.ts": `export const f = (window: number[], { document }: { document: string }) => [window, document];`,
        "packages/env/src/a.test.ts": `import { read } from "@agon/tensor"; read(); Math.random();`,
      }),
    ).toEqual([]);
  });
});

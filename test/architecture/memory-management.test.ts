// Memory follows scope: no example, document, package or app frees a tensor, keeps one alive by hand, or wraps itself to get rid of some.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const MANAGES = /\.(dispose|tidy|disposeVariables)\(|\btidy\(|\busing \w+ =|Symbol\.dispose/;
/** Where compiled plans, which are no tensors, are given up: by the cache that holds them. */
const INSIDE = /^packages\/tensor\/src\/(compile\.ts|backends\/)/;

const managing = (path: string, text: string): string[] =>
  INSIDE.test(path)
    ? []
    : text.split("\n").flatMap((line, i) => (MANAGES.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []));

test("nothing but the core itself manages memory", () => {
  const paths = globSync(
    [
      "{packages,apps}/*/src/**/*.ts",
      "{environments,bench}/src/**/*.ts",
      "examples/**/*.{ts,md}",
      "test/soak/*.ts",
    ].concat(["{packages,apps}/*/README.md", "docs/**/*.md", "README.md"]),
    { cwd: root, exclude: (path) => /node_modules|dist|\.test\.ts|contestants/.test(path) },
  ).map((path) => path.replaceAll("\\", "/"));
  expect(paths.length).toBeGreaterThan(200);
  expect(paths.flatMap((path) => managing(path, readFileSync(join(root, path), "utf8")))).toEqual([]);
});

test.each(["loss.dispose();", "const y = tf.tidy(() => x.add(1));", "using y = x.add(1);"])(
  "%s would be found",
  (line) => {
    expect(managing("examples/line.ts", line)).toEqual([`examples/line.ts:1: ${line}`]);
  },
);

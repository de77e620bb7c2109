// docs/textbook.md names every section and equation of the textbook, and everything that it names is there.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { labs } from "@agon/labs";
import { expect, test } from "vitest";

const page = fileURLToPath(new URL("../../docs/textbook.md", import.meta.url));
const lines = readFileSync(page, "utf8").split("\n");
const rows = lines
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => cells.length === 8 && /^\d/.test(cells[1]))
  .map(([, section, what, equations, code, tests, lab]) => ({ section, what, equations, code, tests, lab }));

/** Sections of the textbook and, for its last chapter, exercises; how many parts each has is its table of contents. */
const SECTIONS =
  `1 2 2.1 2.2 2.2.1 2.2.2 2.2.3 2.2.4 2.3 2.3.1 2.3.2 2.4 2.5 2.6 2.6.1 2.6.2 2.6.3 2.6.4 2.6.5 2.7 2.7.1 2.7.2 2.7.3
3 3.1 3.2 3.3 3.4 3.5 3.6 4 4.1 4.1.1 4.2 4.3 4.4 4.5 4.6 5 5.1 5.2 5.3 5.4 6 6.1 6.2 7 7.1 7.2 8 8.1 8.2 9 9.1 9.2 9.3 9.4 10
11 11.1 11.1.1 11.1.2 11.1.3 11.1.4 11.1.5 11.1.6 11.2 11.2.1 11.2.2 11.2.3 11.2.4 11.2.5 11.2.6 11.2.7
11.3 11.3.1 11.3.2 11.3.3 11.4 11.4.1 11.4.2 11.4.3`.split(/\s+/);
const EQUATIONS = 91;

test("every section has a row, in order", () => {
  expect([...new Set(rows.map(({ section }) => section))]).toEqual(SECTIONS);
});

test("every equation is named exactly once", () => {
  const named = rows
    .flatMap(({ equations }) => equations.split(",").filter(Boolean))
    .flatMap((range) => {
      const [first, last = first] = range.split("–").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  expect(named).toEqual(Array.from({ length: EQUATIONS }, (_, i) => i + 1));
});

test("every link leads to a file in which its name stands", () => {
  const broken = rows.flatMap(({ section, code, tests }) =>
    [...`${code} ${tests}`.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)]
      .map(([, name, path]) => ({ name, path: join(dirname(page), path) }))
      .filter(({ name, path }) => !existsSync(path) || !names(path, name))
      .map(({ name, path }) => `${section}: ${name} in ${path}`),
  );
  expect(broken).toEqual([]);
});

/** A folder, a test, or a file that has the name as a word. */
const names = (path: string, name: string): boolean =>
  statSync(path).isDirectory() ||
  path.endsWith(".test.ts") ||
  new RegExp(`\\b${name}\\b`).test(readFileSync(path, "utf8"));

test("every lab that it names exists, and every lab is named", () => {
  const named = rows.flatMap(({ lab }) => [...lab.matchAll(/`([^`]+)`/g)].map(([, id]) => id));
  expect([...new Set(named)].sort()).toEqual(labs.map(({ id }) => id).sort());
});

test("every lab that an answer sends its reader to exists", () => {
  const pages = globSync(join(dirname(page), "answers/*.md")).map((path) => readFileSync(path, "utf8"));
  const named = pages.flatMap((text) => [...text.matchAll(/`agon lab ([^`]+)`/g)].map(([, id]) => id));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((id) => !labs.some((lab) => lab.id === id))).toEqual([]);
});

test("what has no code, no test and no lab says so, or is a heading over sections that have", () => {
  const silent = rows.filter(({ section, code, tests, lab }) => {
    if (`${code}${tests}${lab}` !== "") return false;
    return !rows.some((other) => other.section.startsWith(`${section}.`));
  });
  expect(silent).toEqual([]);
});

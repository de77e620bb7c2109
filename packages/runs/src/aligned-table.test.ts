import { expect, test } from "vitest";
import { alignedTable } from "./aligned-table.ts";

test("words begin alike, figures end alike, and no line ends in spaces", () => {
  const lines = [
    ["name", "score", "note"],
    ["a", "9.5", "b"],
    ["longer", "100", ""],
  ];
  expect(alignedTable(lines)).toBe("name    score  note\na         9.5     b\nlonger    100");
  expect(alignedTable(lines, 3)).toBe("name    score  note\na       9.5    b\nlonger  100");
  expect(alignedTable([])).toBe("");
});

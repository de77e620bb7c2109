import { expect, test } from "vitest";
import { createStatusLine, progressText } from "./progress.ts";

test("the line shows the share done, the rate of this process, the latest return and the time left", () => {
  const work = { from: 1000, to: 5000, step: 3000, seconds: 4, unit: "steps", latest: "return 87.3" };
  expect(progressText(work)).toBe("████████████░░░░░░░░ 3000/5000  500 steps/s  return 87.3  ETA 0:04");
  expect(progressText({ ...work, from: 0, to: 10, step: 0, seconds: 0 })).toContain("return 87.3  ETA –");
  expect(progressText({ ...work, from: 0, to: 4000, step: 1, seconds: 1 })).toContain("ETA 1:06:39");
});

test("a terminal is redrawn at most ten times a second, anything else not at all", () => {
  let time = 0;
  let written: string[] = [];
  const line = (isTTY: boolean) => createStatusLine({ isTTY, write: (text) => void written.push(text) }, () => time);
  const terminal = line(true);
  for (; time < 1000; time += 10) terminal.show(() => "text");
  expect(written).toHaveLength(10);
  written = [];
  line(false).show(() => "text");
  line(false).clear();
  expect(written).toEqual([]);
});

test("a line is cut to the terminal's width, and wiped at the end", () => {
  const written: string[] = [];
  const line = createStatusLine({ isTTY: true, columns: 5, write: (text) => void written.push(text) }, () => 0);
  line.show(() => "a long text");
  line.clear();
  expect(written).toEqual(["\r\u001b[2Ka lo", "\r\u001b[2K"]);
});

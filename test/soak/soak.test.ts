// The long form: user code holds no more memory after a million steps than after half of them. Figures go to docs/reliability.md.
import { afterAll, expect, test } from "vitest";
import { type Growth, growthOf } from "./soak.ts";

const ITERATIONS = {
  dqn: 1_000_000,
  "gradient descent": 100_000,
  "top level": 100_000,
  minimize: 100_000,
  "compiled step": 100_000,
  act: 100_000,
  generate: 100_000,
  vector: 100_000,
  evaluate: 100_000,
} as const;

const lines: string[] = [];
const figure = (
  program: string,
  iterations: number,
  { javascript, wasmInUse, wasmReserved, seconds }: Growth,
): string =>
  `| ${program} | ${iterations} | ${javascript.toFixed(3)} | ${wasmInUse.toFixed(3)} | ${wasmReserved} | ${seconds.toFixed(0)} |`;

test.for(Object.entries(ITERATIONS))(
  "%s: memory rises by at most one byte an iteration",
  async ([program, iterations]) => {
    const growth = await growthOf(program, iterations);
    lines.push(figure(program, iterations, growth));
    expect(growth.javascript).toBeLessThanOrEqual(1);
    expect(growth.wasmInUse).toBeLessThanOrEqual(1);
    expect(growth.wasmReserved).toBe(0);
  },
);

test("changing shapes: plans that are no longer kept leave their memory", async () => {
  // Every iteration makes a plan and drops another, which keeps V8's optimising compilers busy with the code that makes plans; without them
  // the bar is that of the others (docs/reliability.md). 40 sizes go round, so samples 400 apart see the same plans.
  const growth = await growthOf("changing shapes", 8000, ["--no-opt", "--no-maglev"]);
  lines.push(figure("changing shapes, unoptimised", 8000, growth));
  expect(growth.javascript).toBeLessThanOrEqual(1);
  expect(growth.wasmInUse).toBe(0);
  expect(growth.wasmReserved).toBe(0);
});

test("a program that keeps an object an iteration does not pass", async () => {
  expect((await growthOf("leak", 100_000)).javascript).toBeGreaterThan(8);
});

afterAll(() => {
  const header =
    "| loop | iterations | JavaScript, bytes an iteration | wasm, bytes an iteration | wasm memory grew by | seconds |";
  console.info([header, "| --- | ---: | ---: | ---: | ---: | ---: |", ...lines].join("\n"));
});

// Every program in examples/ runs and prints what it claims.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "@agon/data/node";
import { expect, test } from "vitest";
import { claimOf, run } from "../programs.ts";

const root = join(import.meta.dirname, "../..");

/** Programs whose output depends on how well a network has learned: a small budget, and the least that it must reach. */
const learning: Readonly<Record<string, { readonly budget: string; readonly atLeast: number }>> = {
  // A random policy keeps the pole up for about 22 steps.
  "dqn-cart-pole.ts": { budget: "6000", atLeast: 100 },
  // A random one loses about 1200 points.
  "ppo-pendulum.ts": { budget: "60000", atLeast: -700 },
  "sac-pendulum.ts": { budget: "8000", atLeast: -400 },
};

/** Programs that read a dataset: they run where a data folder has its file. */
const datasets: Readonly<Record<string, string>> = { "digits-cnn.ts": "mnist/train-images-idx3-ubyte.gz" };
const isMissing = (set: string): boolean => !existsSync(join(dataFolder().folder, set));

test.for(globSync("*.ts", { cwd: join(root, "examples") }))("%s", async (file, { skip }) => {
  const set = datasets[file];
  if (set !== undefined && isMissing(set)) skip(`AGON_DATA names no folder with ${set}`);
  const { budget, atLeast } = learning[file] ?? {};
  const parameters = ["--conditions=@agon/source", join("examples", file), ...(budget ? [budget] : [])];
  const output = await run(process.execPath, parameters, { cwd: root });
  if (atLeast === undefined) {
    const claim = claimOf(readFileSync(join(root, "examples", file), "utf8"));
    expect(claim, "comments // → …").not.toBe("");
    expect(output).toBe(claim);
  } else {
    const score = /^(-?\d+(?:\.\d+)?) ± \d+\.\d of \d+$/.exec(output.split("\n").at(-1)!)?.[1];
    expect(score, output).toBeDefined();
    expect(Number(score)).toBeGreaterThanOrEqual(atLeast);
  }
});

test("the index of examples names each of them", () => {
  const index = readFileSync(join(root, "examples/README.md"), "utf8");
  for (const file of globSync("*.ts", { cwd: join(root, "examples") })) expect(index).toContain(`](${file})`);
});

// Every program in examples/ runs and prints what it claims.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimOf, run } from "../programs.ts";

const root = join(import.meta.dirname, "../..");

/** Programs whose output depends on how well a network has learned: a small budget, and the least that it must reach. */
const learning: Readonly<Record<string, { readonly budget: string; readonly atLeast: number }>> = {
  // A random policy keeps the pole up for about 22 steps.
  "dqn-cart-pole.ts": { budget: "6000", atLeast: 100 },
  // A random one loses about 1200 points.
  "ppo-pendulum.ts": { budget: "60000", atLeast: -700 },
};

test.for(globSync("*.ts", { cwd: join(root, "examples") }))("%s", async (file) => {
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

// The commands in the READMEs of the workspace and of the examples, run as they are written there.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { commandsOf, plainEnvironment, run } from "../programs.ts";
import { root } from "./tarballs.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const commands = [...commandsOf(read("README.md")), ...commandsOf(read("examples/README.md"))];
const apart = ["npm start", "npm test"];

test("the two commands stand first", () => expect(commands.slice(0, 2)).toEqual(apart));

test("npm test is run by CI, and by whoever runs this", () => {
  expect(read(".ci/run")).toMatch(/^tests "test" test$/m);
});

test("npm start prints an address, and the arena answers there", async () => {
  const server = spawn("npm", ["start"], {
    cwd: root,
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let printed = "";
      const read = (text: string): void => {
        printed += stripVTControlCharacters(text);
        const found = /http:\/\/localhost:\d+\/\S*/.exec(printed);
        if (found) resolve(found[0]);
      };
      server.stdout.setEncoding("utf8").on("data", read);
      server.stderr.setEncoding("utf8").on("data", read);
      server.on("error", reject);
      server.on("close", (status) => reject(new Error(`npm start: exit ${status} without an address\n${printed}`)));
    });
    const response = await fetch(address);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<title>[^<]*agon[^<]*<\/title>/i);
  } finally {
    if (server.pid && server.exitCode === null) process.kill(-server.pid, "SIGTERM");
  }
});

describe("runs to its end:", () => {
  test.for(commands.filter((command) => !apart.includes(command)))("%s", async (command) => {
    const output = await run("sh", ["-c", command], { cwd: root });
    expect(output).not.toBe("");
    if (/ --json\b/.test(command))
      expect(JSON.parse(output.split("\n").at(-1)!)).toMatchObject({
        algorithm: "dqn",
        environment: "CartPole-v1",
        seed: 1,
        steps: 50_000,
        evaluation: { mean: expect.any(Number) },
        curveHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
  });
});

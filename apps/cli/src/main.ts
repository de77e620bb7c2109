// The program: the real library, the process's streams, Ctrl-C.
import { readFileSync } from "node:fs";
import { agonLibrary } from "./agon-library.ts";
import { runProgram } from "./program.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
process.once("SIGTERM", () => interrupt.abort());

process.exitCode = await runProgram(agonLibrary(version), process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => performance.now(),
  signal: interrupt.signal,
});

// The program: the real library, the process's streams, Ctrl-C.
import { readFileSync } from "node:fs";

// First of all, before the rest is loaded. Once: a second Ctrl-C ends the process at once.
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interrupt.abort());

// Whoever reads may stop reading, as `agon list | head -1` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const { agonLibrary } = await import("./agon-library.ts");
const { runProgram } = await import("./program.ts");
process.exitCode = await runProgram(agonLibrary(version), process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => performance.now(),
  processorSeconds: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  signal: interrupt.signal,
});

// Brings a fresh clone to the point where everything runs: installs the workspace with the pinned pnpm, once.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".modules.yaml");
const lockfile = join(root, "pnpm-lock.yaml");

/** Installed already, and not older than the lockfile. */
const ready = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lockfile).mtimeMs;

if (!ready) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const local = join(root, "node_modules", ".bin", process.platform === "win32" ? "pnpm.cmd" : "pnpm");
  const install = ["install", "--frozen-lockfile"];
  const [command, parameters] = existsSync(local)
    ? [local, install]
    : ["npx", ["--yes", "--prefer-offline", packageManager, ...install]];
  console.error("agon: installing the workspace (once) …");
  // Progress belongs on stderr: stdout carries the results of the command that follows.
  const { status } = spawnSync(command, parameters, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("agon: the installation failed; the lines above say why. Node >= 20 and npm are all that is needed.");
    process.exit(status ?? 1);
  }
}

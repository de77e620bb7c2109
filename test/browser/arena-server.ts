// Serves the arena exactly as a user gets it: `npm start`, the production build under its content policy, at the address that it prints.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const secondsToStart = 120;

export interface ArenaServer {
  /** "http://localhost:4173/" */
  readonly address: string;
  close(): void;
}

/** Resolves once `npm start` has printed its address. */
export function startArena(): Promise<ArenaServer> {
  const server = spawn("npm", ["start", "--", "--port", "0"], {
    cwd: root,
    env: userEnvironment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // npm, pnpm and vite are one process group.
  const close = (): void => {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, "SIGTERM");
  };
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string): void => {
      close();
      reject(new Error(`npm start: ${reason}\n${output}`));
    };
    const timer = setTimeout(() => fail(`no address within ${secondsToStart} s.`), secondsToStart * 1000);
    const read = (text: Buffer): void => {
      output += text.toString();
      const address = /http:\/\/localhost:\d+\//.exec(output)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve({ address, close });
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => fail(`ended with ${code}.`));
  });
}

/** The environment without what vitest and an outer npm put into it: NODE_ENV alone would change the build. */
function userEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NODE_ENV|NODE_OPTIONS|VITE.*|npm_.*)$/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

// The other end of contestant-process.ts: starts it, asks, waits for the answer.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Request } from "./contestant-process.ts";

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "contestant-process.ts" : "contestant-process.js", import.meta.url),
);

export class ContestantClient {
  private readonly child: ChildProcess;
  private complaint = "";

  /** `flags`: of node, before the program. */
  constructor(flags: readonly string[]) {
    const inherited = process.execArgv.filter(
      (flag, i, all) => flag.startsWith("--conditions") || all[i - 1] === "--conditions",
    );
    this.child = fork(program, { execArgv: [...inherited, ...flags], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.child.stderr?.on("data", (chunk: Buffer) => (this.complaint += chunk.toString()));
  }

  /** The answer of the wanted kind; a failure, the end of the process, or none within `limit` seconds is thrown. */
  async ask<Kind extends Answer["kind"]>(
    request: Request,
    kind: Kind,
    limit?: number,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    const reply = await new Promise<Answer>((resolve, reject) => {
      const late = (): void => reject(new Error(`no answer within ${limit} s.`));
      const timer = limit === undefined ? undefined : setTimeout(late, limit * 1000);
      const end = (): void => {
        clearTimeout(timer);
        reject(new Error(this.complaint.trim().split("\n").at(-1) || "its process ended."));
      };
      this.child.once("exit", end);
      this.child.once("error", reject);
      this.child.once("message", (message) => {
        clearTimeout(timer);
        this.child.off("exit", end);
        this.child.off("error", reject);
        resolve(message as Answer);
      });
      this.child.send(request, (error) => error && end());
    });
    if (reply.kind === "failed") throw new Error(reply.message);
    if (reply.kind !== kind) throw new Error(`internal: asked for ${kind}, got ${reply.kind}.`);
    return reply as Extract<Answer, { kind: Kind }>;
  }

  close(): void {
    this.child.kill("SIGKILL");
  }
}

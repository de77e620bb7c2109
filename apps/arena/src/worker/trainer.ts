// The training worker: one per lane. Builds the agent that the page asks for and obeys its commands.
import type { Command, Report } from "../protocol.ts";
import { realTimeOf, resolveAlgorithm, resolveEnvironment } from "../catalogue.ts";
import { createRandom } from "@agon/random";
import { backendInForce, selectBackend } from "@agon/tensor";
import { Runner } from "./runner.ts";

/** The part of a dedicated worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((message: MessageEvent<Command>) => void) | null;
  postMessage(report: Report, transfer: ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let runner: Runner | null = null;
/** Commands are obeyed one after the other, also while a start still waits for its backend. */
let obeyed: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  obeyed = obeyed.then(() => obey(data)).catch(fail);
};

function obey(command: Command): void | Promise<void> {
  if (command.type === "start") return start(command);
  if (command.type === "pause") runner?.pause();
  else if (command.type === "resume") runner?.resume();
  else if (command.type === "step") runner?.step();
  else if (command.type === "pace") runner?.setPace(command.pace);
  else if (command.type === "view") runner?.setView(command.view);
  else runner?.setOption(command.key, command.value);
}

async function start({ specification, pace, view, paused }: Extract<Command, { type: "start" }>): Promise<void> {
  await selectBackend(specification.numerics === "strict" ? "wasm-strict" : "wasm", "js");
  const { name, numerics } = backendInForce();
  const environment = resolveEnvironment(specification.environment, specification.arguments);
  const algorithm = resolveAlgorithm(specification.algorithm);
  const agent = algorithm.create(environment, { ...specification.options, seed: specification.seed });
  runner = new Runner({
    agent,
    budget: specification.budget,
    pace,
    view,
    paused,
    random: createRandom(specification.seed).split("rehearsal"),
    realTime: realTimeOf(environment),
    arithmetic: `${name}, ${numerics}`,
    post: (report, transfer) => scope.postMessage(report, transfer),
    now: () => performance.now(),
  });
  void runner.run();
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  scope.postMessage({ type: "failed", diverged: false, message }, []);
}

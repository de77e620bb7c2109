// The training worker: one per lane. Builds the agent that the page asks for and obeys its commands.
import type { Command, Report } from "../protocol.ts";
import { realTimeOf, resolveAlgorithm, resolveEnvironment } from "../catalogue.ts";
import { createRandom } from "@agon/random";
import { selectBackend } from "@agon/tensor";
import { Runner } from "./runner.ts";

/** The part of a dedicated worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((message: MessageEvent<Command>) => void) | null;
  postMessage(report: Report, transfer: ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let runner: Runner | null = null;

/** Commands wait for the backend, in their order. */
let ready: Promise<unknown> = selectBackend("wasm", "js");

scope.onmessage = ({ data }) => {
  ready = ready
    .then(() => obey(data))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      scope.postMessage({ type: "failed", diverged: false, message }, []);
    });
};

function obey(command: Command): void {
  if (command.type === "start") start(command);
  else if (command.type === "pause") runner?.pause();
  else if (command.type === "resume") runner?.resume();
  else if (command.type === "step") runner?.step();
  else if (command.type === "pace") runner?.setPace(command.pace);
  else if (command.type === "view") runner?.setView(command.view);
}

function start({ specification, pace, view, paused }: Extract<Command, { type: "start" }>): void {
  const environment = resolveEnvironment(specification.environment, specification.arguments);
  const algorithm = resolveAlgorithm(specification.algorithm);
  const agent = algorithm.create(environment, { ...specification.options, seed: specification.seed });
  runner = new Runner({
    agent,
    budget: specification.budget,
    pace,
    view,
    paused,
    random: createRandom(specification.seed),
    realTime: realTimeOf(environment),
    post: (report, transfer) => scope.postMessage(report, transfer),
    now: () => performance.now(),
  });
  void runner.run();
}

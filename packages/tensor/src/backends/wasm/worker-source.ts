// The program of a thread, as text: it runs in a worker of Node or of a page without a file of its own that a bundler would have to find.
import { control } from "./meeting.ts";

/** What a thread is told at its start. */
export interface ThreadStart {
  readonly thread: number;
  readonly memory: WebAssembly.Memory;
  /** Modules of kernels, each of which may call those of the ones before. */
  readonly modules: readonly WebAssembly.Module[];
  readonly meeting: WebAssembly.Module;
  /** Address of the words by which threads meet. */
  readonly address: number;
}

/** Commands; their operands are a plan's number, and for `load` the address and length of its module. */
export const commands = { run: 1, load: 2, drop: 3, end: 4 } as const;

/** What a thread says when it waits for commands. */
export const READY = "ready";

/** Longest message of a failure, in characters. */
export const MESSAGE_LENGTH = 150;

/** Waits for commands until it is told to end; what goes wrong is written down where the other threads see it. */
export const workerSource: string = `
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
const port = threads ? threads.parentPort : globalThis;

const serve = ({ thread, memory, modules, meeting, address }) => {
  const words = (offset, count) => new Int32Array(memory.buffer, address + offset, count);
  let ready = false;
  const fail = (error) => {
    const message = String(error?.message ?? error).slice(0, ${MESSAGE_LENGTH});
    if (!ready) port.postMessage(message);
    const place = words(${control.failed}, 2 + message.length);
    if (Atomics.load(place, 0)) return;
    place[1] = message.length;
    for (let i = 0; i < message.length; i++) place[2 + i] = message.charCodeAt(i);
    Atomics.store(place, 0, thread);
    for (const offset of [${control.command}, ${control.passed}]) Atomics.notify(words(offset, 1), 0);
  };
  try {
    const instantiate = (module, functions) => new WebAssembly.Instance(module, { m: { m: memory }, f: functions }).exports;
    const functions = { reference: () => {} };
    for (const module of [meeting, ...modules]) Object.assign(functions, instantiate(module, functions));
    const { next, barrier } = functions;
    const plans = new Map();
    ready = true;
    port.postMessage("${READY}");
    for (let command = 0; ; ) {
      command = next(command);
      const [kind, plan, at, length] = words(${control.operands}, 4);
      if (kind === ${commands.run}) plans.get(plan)();
      else if (kind === ${commands.load}) {
        const bytes = new Uint8Array(memory.buffer, at, length).slice();
        plans.set(plan, instantiate(new WebAssembly.Module(bytes), functions)["run" + thread]);
        barrier();
      } else if (kind === ${commands.drop}) {
        plans.delete(plan);
        barrier();
      } else break;
    }
  } catch (error) {
    fail(error);
  }
  if (!threads) close();
};

if (threads) port.once("message", serve);
else onmessage = ({ data }) => serve(data);
`;

// The other threads of a backend: workers that run their share of a plan in the same memory whenever the first thread runs its own.
import { forSharedMemory } from "./emitter.ts";
import { control, meetingModule } from "./meeting.ts";
import type { Memory } from "./memory.ts";
import { commands, READY, type ThreadStart, workerSource } from "./worker-source.ts";

/** What is used of a worker, in Node or in a page. */
interface Helper {
  post(start: ThreadStart): void;
  /** Resolves when it has said that it is ready. */
  readonly ready: Promise<void>;
  terminate(): void | Promise<unknown>;
}

/** The part of node:worker_threads that is used. */
interface NodeWorker {
  postMessage(message: unknown): void;
  once(event: "message", listener: (message: string) => void): void;
  once(event: "error", listener: (error: Error) => void): void;
  once(event: "exit", listener: (code: number) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeThreads {
  readonly Worker: new (source: string, options: { eval: true; execArgv: string[] }) => NodeWorker;
}

const nodeThreads = (): NodeThreads | undefined => {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
};

/** A worker of Node, which does not keep the process alive once it waits for commands. */
const helperInNode = ({ Worker }: NodeThreads): Helper => {
  const worker = new Worker(workerSource, { eval: true, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", (message) => (message === READY ? resolve() : reject(new Error(message))));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`it ended with code ${code}`)));
  });
  return {
    post: (start) => worker.postMessage(start),
    ready: ready.then(() => worker.unref()),
    terminate: () => worker.terminate(),
  };
};

/** A worker of a page or of another worker. */
const helperInPage = (): Helper => {
  const address = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(address);
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => (data === READY ? resolve() : reject(new Error(data)));
    worker.onerror = ({ message }) =>
      reject(new Error(message || "a content security policy must allow it by worker-src blob:"));
  });
  return {
    post: (start) => worker.postMessage(start),
    ready: ready.finally(() => URL.revokeObjectURL(address)),
    terminate: () => worker.terminate(),
  };
};

/** Why threads cannot share memory here; null where they can. */
export const sharingRefused = (): string | null => {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false
    ? "they need shared memory, which a page has only if it is served with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
    : null;
};

/** Whether this thread may wait without spinning; the main one of a page may not. */
const maySleep = (): boolean => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
};

interface Meeting {
  readonly barrier: () => void;
  readonly start: () => void;
}

/** Seconds for which the first thread waits for the others to end their share of one kernel. */
const PATIENCE = 60;

export class Threads {
  /** How many there are, the first included. */
  readonly count: number;
  readonly barrier: () => void;
  /** Why only the first thread computes from here on. */
  failure: string | null = null;
  /** Whether they were ended, rather than failed. */
  ended = false;
  private readonly memory: Memory;
  private readonly address: number;
  private readonly words: Int32Array;
  private readonly meeting: Meeting;
  private readonly modules: readonly Uint8Array<ArrayBuffer>[];
  private readonly helpers: Helper[] = [];
  private plans = 0;

  /** `modules`: the kernels that plans call, each of which may call those before. */
  constructor(count: number, memory: Memory, modules: readonly Uint8Array<ArrayBuffer>[], patience: number = PATIENCE) {
    this.count = count;
    this.memory = memory;
    this.modules = modules;
    this.address = memory.allocate("int32", control.bytes / 4).pointer;
    this.words = new Int32Array(memory.bytes, this.address, control.bytes / 4);
    const module = new WebAssembly.Module(this.meetingOf(maySleep(), patience));
    this.meeting = new WebAssembly.Instance(module, { m: { m: memory.memory } }).exports as unknown as Meeting;
    this.barrier = this.meeting.barrier;
  }

  private meetingOf(sleeps: boolean, patience: number): Uint8Array<ArrayBuffer> {
    const options = { threads: this.count, maySleep: sleeps, patience };
    return forSharedMemory(meetingModule(this.address, options));
  }

  /** Starts the other threads; resolves when all wait for commands. */
  async begin(): Promise<void> {
    const node = nodeThreads();
    const modules = this.modules.map((bytes) => new WebAssembly.Module(forSharedMemory(bytes)));
    const meeting = new WebAssembly.Module(this.meetingOf(true, 0));
    try {
      for (let thread = 1; thread < this.count; thread++) {
        const helper = node ? helperInNode(node) : helperInPage();
        this.helpers.push(helper);
        helper.post({ thread, memory: this.memory.memory, modules, meeting, address: this.address });
      }
      await Promise.all(this.helpers.map(({ ready }) => ready));
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }

  /** Hands a plan's module, which exports `run1`, `run2`, … for the other threads, to them; returns its number. */
  load(module: Uint8Array<ArrayBuffer>): number {
    const plan = this.plans++;
    const bytes = forSharedMemory(module);
    const buffer = this.memory.allocate("int32", Math.ceil(bytes.length / 4));
    new Uint8Array(this.memory.bytes, buffer.pointer, bytes.length).set(bytes);
    this.command(commands.load, plan, buffer.pointer, bytes.length);
    this.memory.release(buffer);
    return plan;
  }

  /** The other threads run their share of the plan while this one does `own`, which meets them at the same barriers. */
  run(plan: number, own: () => number): number {
    this.words[control.operands / 4] = commands.run;
    this.words[control.operands / 4 + 1] = plan;
    return this.together(own);
  }

  drop(plan: number): void {
    if (this.failure === null) this.command(commands.drop, plan);
  }

  /** Ends the other threads. */
  async end(): Promise<void> {
    this.ended = true;
    this.failure ??= "they were ended";
    await this.terminate();
  }

  /** Ends them without a word, as a worker ends that runs out of memory. */
  kill(): Promise<void> {
    return this.terminate();
  }

  private command(...operands: number[]): void {
    this.words.set(operands, control.operands / 4);
    this.together(this.barrier);
  }

  /** Makes the command known, and does one's own share. */
  private together<T>(own: () => T): T {
    this.meeting.start();
    try {
      return own();
    } catch (error) {
      throw this.fail(error as Error);
    }
  }

  /** After this no thread can be counted on: all others are ended, and the first goes on alone. */
  private fail(error: Error): Error {
    const [thread, length, ...message] = this.words.subarray(control.failed / 4);
    const inHelper = error instanceof WebAssembly.RuntimeError;
    const reason =
      thread > 0
        ? `thread ${thread + 1} failed (${String.fromCharCode(...message.slice(0, length))})`
        : "a thread did not answer";
    this.failure = inHelper ? reason : error.message;
    Atomics.store(this.words, control.failed / 4, -1);
    void this.terminate();
    if (!inHelper) return error;
    return new Error(
      `compile: ${reason} while it computed its share of a step, which is incomplete: what it assigns may hold anything. From here on one thread computes.`,
    );
  }

  private async terminate(): Promise<void> {
    await Promise.allSettled(
      this.helpers
        .splice(0)
        .map(({ ready, terminate }) => [ready, terminate()])
        .flat(),
    );
  }
}

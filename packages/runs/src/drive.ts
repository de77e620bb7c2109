// Consumes training events without starving the event loop.

export interface DriveOptions<Event> {
  /** Time after which timers, messages and signals get their turn. */
  readonly sliceMilliseconds?: number;
  readonly onEvent?: (event: Event) => void;
  /** Stops before the next event once aborted. */
  readonly signal?: AbortSignal;
  /** Milliseconds; a monotonic clock. Results never depend on it. */
  readonly clock?: () => number;
}

interface Host {
  readonly performance: { now(): number };
  readonly setImmediate?: (callback: () => void) => void;
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: null): void };
  };
}

const host = globalThis as unknown as Host;

/** Resolves in a new macrotask, after what already waits. Not a timer: browsers stretch those to 4 ms. */
const macrotask = (): Promise<void> =>
  new Promise((resolve) => {
    if (host.setImmediate) {
      host.setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new host.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * Runs a generator of events to its end, or until the signal aborts; an async generator alone only yields microtasks, in which no timer,
 * message or signal is ever served. Returns whether it ran to the end.
 */
export const drive = async <Event>(
  events: AsyncGenerator<Event, void, void>,
  { sliceMilliseconds = 12, onEvent, signal, clock = () => host.performance.now() }: DriveOptions<Event> = {},
): Promise<boolean> => {
  let sliceEnd = clock() + sliceMilliseconds;
  for (;;) {
    if (signal?.aborted) {
      await events.return();
      return false;
    }
    const { value, done } = await events.next();
    if (done) return true;
    onEvent?.(value);
    if (clock() < sliceEnd) continue;
    await macrotask();
    sliceEnd = clock() + sliceMilliseconds;
  }
};

// How much memory is held, and in debug mode by tensors of which lines.
import { currentBackend } from "./engine.ts";
import { type HeldTensors, livingByLine, whenCollected } from "./living.ts";

export type { HeldTensors } from "./living.ts";

export interface MemoryReport {
  /** Bytes that the backend in force has handed out: Variables, compiled plans, tensors of open scopes. */
  readonly inUse: number;
  /** Bytes that it holds of the system. */
  readonly reserved: number;
  /** Most bytes that it can hold; null where that is not known. */
  readonly limit: number | null;
  /** Debug mode: tensors made since `setDebug(true)` and held still, by the line that made them, most bytes first. */
  readonly tensors: readonly HeldTensors[];
}

/**
 * Lets the engine collect, and tell what it has collected, which on a busy machine it does later than in the next turn of the event loop. Twice,
 * because what is collected may have held something else.
 */
const collect = async (): Promise<void> => {
  const { gc } = globalThis as { readonly gc?: () => void };
  for (let i = 0; i < 2; i++) {
    let told = false;
    whenCollected(() => {
      told = true;
    });
    do {
      gc?.();
      await new Promise((resolve) => setTimeout(resolve));
    } while (gc && !told);
  }
};

/**
 * What is held now. With `since`, an earlier report, `tensors` has only what has come on top, line by line: in a loop that goes round and
 * round, every entry is a leak, and names the line. Exact where the engine was started with `--expose-gc`; else tensors that nobody holds
 * but that are not collected yet count too.
 */
export const memory = async ({ since }: { readonly since?: MemoryReport } = {}): Promise<MemoryReport> => {
  await collect();
  const { inUse, reserved, limit = null } = currentBackend().memory();
  const before = new Map((since?.tensors ?? []).map((held) => [held.line, held]));
  const tensors = livingByLine()
    .map(({ line, count, bytes }) => ({
      line,
      count: count - (before.get(line)?.count ?? 0),
      bytes: bytes - (before.get(line)?.bytes ?? 0),
    }))
    .filter(({ count }) => count > 0);
  return { inUse, reserved, limit, tensors };
};

// Debug mode: which tensors are held, and the line that made each.

/** One tensor's memory, for as long as it is held. */
export interface LivingRecord {
  readonly line: string;
  readonly bytes: number;
}

const living = new Set<LivingRecord>();
/** What the engine collects is held no more. It tells of all that one collection found in one go. */
const collected = new FinalizationRegistry<LivingRecord | (() => void)>((held) => {
  if (typeof held === "function") held();
  else living.delete(held);
});

/** Calls `f` when the engine tells of a collection later than now. */
export const whenCollected = (f: () => void): void => {
  collected.register({}, f);
};

/** Notes that `owner` has come to hold memory. */
export const noteLiving = (owner: object, line: string, bytes: number): LivingRecord => {
  const record = { line, bytes };
  living.add(record);
  collected.register(owner, record);
  return record;
};

/** Notes that a scope has freed it. */
export const noteFreed = (record: LivingRecord | null): void => {
  if (record) living.delete(record);
};

/** Tensors that one line made and that are still held. */
export interface HeldTensors {
  /** As in a stack trace: "at step (train.ts:12:20)". */
  readonly line: string;
  readonly count: number;
  readonly bytes: number;
}

/** By the line that made them, most bytes first. */
export const livingByLine = (): HeldTensors[] => {
  const lines = new Map<string, { line: string; count: number; bytes: number }>();
  for (const { line, bytes } of living) {
    const held = lines.get(line) ?? { line, count: 0, bytes: 0 };
    held.count++;
    held.bytes += bytes;
    lines.set(line, held);
  }
  return [...lines.values()].sort((a, b) => b.bytes - a.bytes);
};

/** First line of the stack outside this package; "unknown" where the engine does not tell. */
export const callerLine = (): string => {
  const engine = Error as { stackTraceLimit?: number }; // where it has one
  const before = engine.stackTraceLimit;
  engine.stackTraceLimit = 50;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  engine.stackTraceLimit = before;
  const line = lines.find(
    (text) => !/packages\/tensor\/(src|dist)|@agon\/tensor/.test(text) || /\.test\.ts/.test(text),
  );
  return line?.trim() ?? "unknown";
};

// The training loop in one call, with progress for whoever watches.
import type { AnyModule } from "@agon/nn";
import { createStatusLine, drive, progressText, type Terminal } from "@agon/runs";
import type { Batch, Examples } from "./examples.ts";
import { type EpochEvent, type FitEvent, Trainer, type TrainerOptions } from "./trainer.ts";

export interface FitOptions<B extends Batch> extends TrainerOptions<B> {
  /** Where a live bar with rate and time left is drawn; process.stderr, for example. Quiet where it is no terminal. */
  readonly progress?: Terminal;
  /** Hears of every step and every epoch. */
  readonly onEvent?: (event: FitEvent) => void;
  /** Ends the training before its next step. */
  readonly signal?: AbortSignal;
}

/** Trains the model on the examples, and gives what happened epoch by epoch. `Trainer` does the same with checkpoints. */
export const fit = async <B extends Batch>(
  model: AnyModule,
  data: Examples<B>,
  options: FitOptions<B>,
): Promise<readonly EpochEvent[]> => {
  const trainer = new Trainer(model, data, options);
  const { signal, onEvent, progress } = options;
  const show = progress ? createProgress(progress, options, data.length) : null;
  try {
    await drive(trainer.train(), {
      ...(signal && { signal }),
      onEvent(event) {
        show?.update(event);
        onEvent?.(event);
      },
    });
  } finally {
    show?.clear();
  }
  return trainer.history;
};

/** The bar: steps done, rate, loss, validation, time left. */
const createProgress = <B extends Batch>(
  terminal: Terminal,
  { epochs = 1, batchSize = 32 }: FitOptions<B>,
  length: number,
): { update(event: FitEvent): void; clear(): void } => {
  const line = createStatusLine(terminal, milliseconds);
  const start = milliseconds();
  const to = epochs * Math.ceil(length / batchSize);
  let validation = "";
  return {
    update(event) {
      if (event.type === "epoch") validation = figuresText(event.validation);
      const seconds = (milliseconds() - start) / 1000;
      const latest = `epoch ${event.epoch}/${epochs}  loss ${event.loss.toPrecision(4)}${validation}`;
      line.show(() => progressText({ from: 0, step: event.step, to, seconds, unit: "steps", latest }));
    },
    clear: () => line.clear(),
  };
};

const figuresText = (figures: Readonly<Record<string, number>> = {}): string =>
  Object.entries(figures)
    .map(([name, value]) => `  validation ${name} ${value.toPrecision(4)}`)
    .join("");

/** A monotonic clock; only what is shown depends on it. */
const milliseconds = (): number => (globalThis as unknown as { performance: { now(): number } }).performance.now();

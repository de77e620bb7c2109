// Ends a training that no longer gets better, and remembers when it was best.

export interface EarlyStoppingOptions {
  /** What is watched, of the validation's figures: "loss" (default) or a metric's name. */
  readonly monitor?: string;
  /** Whether smaller or larger is better; default "min" for "loss", "max" for a metric. */
  readonly mode?: "min" | "max";
  /** Epochs without improvement that are put up with; default 3. */
  readonly patience?: number;
  /** How much better counts as an improvement; default 0: any. */
  readonly minimumChange?: number;
  /** Puts the parameters of the best epoch back at the end; default true. */
  readonly restoreBest?: boolean;
}

/** All that early stopping remembers, as plain data. */
export interface EarlyStoppingState {
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly epochsWithout: number;
}

/** Watches one figure (Prechelt 1998). NaN is never an improvement. */
export class EarlyStopping {
  readonly monitor: string;
  readonly restoreBest: boolean;
  private readonly sign: number;
  private readonly patience: number;
  private readonly minimumChange: number;
  private current: EarlyStoppingState = { best: null, bestEpoch: 0, epochsWithout: 0 };

  constructor({ monitor = "loss", mode, patience = 3, minimumChange = 0, restoreBest = true }: EarlyStoppingOptions) {
    if (!Number.isInteger(patience) || patience < 0)
      throw new RangeError(`earlyStopping: patience is ${patience}; expected a whole number of epochs, 0 or more.`);
    if (!(minimumChange >= 0))
      throw new RangeError(`earlyStopping: minimumChange is ${minimumChange}; expected a number, 0 or more.`);
    this.monitor = monitor;
    this.restoreBest = restoreBest;
    this.sign = (mode ?? (monitor === "loss" ? "min" : "max")) === "min" ? -1 : 1;
    this.patience = patience;
    this.minimumChange = minimumChange;
  }

  /** Takes note of an epoch's figures; whether this epoch is the best so far. */
  observe(epoch: number, figures: Readonly<Record<string, number>>): boolean {
    if (!Object.hasOwn(figures, this.monitor))
      throw new Error(
        `earlyStopping: the validation has no figure "${this.monitor}", only ${Object.keys(figures).join(", ")}.`,
      );
    const value = figures[this.monitor];
    const { best, epochsWithout } = this.current;
    const improved =
      best === null ? !Number.isNaN(value) : this.sign * (value - best) > Math.max(this.minimumChange, 0);
    this.current = improved
      ? { best: value, bestEpoch: epoch, epochsWithout: 0 }
      : { ...this.current, epochsWithout: epochsWithout + 1 };
    return improved;
  }

  /** Whether it has been patient for long enough. */
  get isOver(): boolean {
    return this.current.epochsWithout > this.patience;
  }

  state(): EarlyStoppingState {
    return this.current;
  }

  restore(state: EarlyStoppingState): void {
    this.current = state;
  }
}

// A place to wait that any command can end.

export class Gate {
  #open: (() => void) | null = null;

  /** Waits for `open`, or until `milliseconds` have passed. */
  wait(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? null : setTimeout(() => this.open(), milliseconds);
      this.#open = () => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
    });
  }

  open(): void {
    const open = this.#open;
    this.#open = null;
    open?.();
  }
}

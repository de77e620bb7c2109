// The live line on stderr: how far, how fast, how well, how long still.

export interface ProgressLine {
  update(step: number, latestReturn: number | null): void;
  /** Wipes the line. */
  clear(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MILLISECONDS = 100;
const BAR = 20;

/** A line that redraws itself at most ten times a second; on anything but a terminal it stays quiet. */
export const createProgressLine = (
  terminal: Terminal,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: () => number },
): ProgressLine => {
  if (terminal.isTTY !== true) return { update() {}, clear() {} };
  const start = now();
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    update(step, latestReturn) {
      const time = now();
      if (time - drawn < REDRAW_MILLISECONDS) return;
      drawn = time;
      const text = progressText({ from, to, step, seconds: (time - start) / 1000, latestReturn });
      terminal.write(`\r\u001b[2K${text.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    clear: () => void terminal.write("\r\u001b[2K"),
  };
};

interface Position {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly seconds: number;
  readonly latestReturn: number | null;
}

export const progressText = ({ from, to, step, seconds, latestReturn }: Position): string => {
  const rate = (step - from) / Math.max(seconds, 1e-9);
  const filled = Math.min(BAR, Math.floor((BAR * step) / to));
  const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
  const shown = latestReturn === null ? "–" : latestReturn.toFixed(1);
  const remaining = rate > 0 ? duration((to - step) / rate) : "–";
  return `${bar} ${step}/${to}  ${Math.round(rate)} steps/s  return ${shown}  ETA ${remaining}`;
};

/** 75 → "1:15", 3725 → "1:02:05". */
const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
};

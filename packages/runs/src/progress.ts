// The live line on stderr: how far, how fast, how well, how long still.

/** Where progress is shown: process.stderr is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line of text that is written over and over. */
export interface StatusLine {
  /** Puts a text in the place of the one before; it is asked for only if it is shown. */
  show(text: () => string): void;
  /** Wipes the line. */
  clear(): void;
}

const REDRAW_MILLISECONDS = 100;
const BAR = 20;

/** A line that redraws itself at most ten times a second; on anything but a terminal it stays quiet. */
export const createStatusLine = (terminal: Terminal, now: () => number): StatusLine => {
  if (terminal.isTTY !== true) return { show() {}, clear() {} };
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const time = now();
      if (time - drawn < REDRAW_MILLISECONDS) return;
      drawn = time;
      terminal.write(`\r\u001b[2K${text().slice(0, (terminal.columns || 80) - 1)}`);
    },
    clear() {
      if (drawn > Number.NEGATIVE_INFINITY) terminal.write("\r\u001b[2K");
    },
  };
};

/** How far a piece of work is. */
export interface Position {
  /** Where this process began, where it is, and where it ends, in units of the work. */
  readonly from: number;
  readonly step: number;
  readonly to: number;
  /** Since `from`. */
  readonly seconds: number;
  /** What is counted: "steps", "batches", … */
  readonly unit: string;
  /** How well it goes: "return 87.3", "loss 0.31". */
  readonly latest: string;
}

/** A bar, the count, the rate, how well it goes, and the time left. */
export const progressText = ({ from, to, step, seconds, unit, latest }: Position): string => {
  const rate = (step - from) / Math.max(seconds, 1e-9);
  const remaining = rate > 0 ? duration((to - step) / rate) : "–";
  return `${bar(step / to)} ${step}/${to}  ${Math.round(rate)} ${unit}/s  ${latest}  ETA ${remaining}`;
};

/** Returns of a lake are shares of one, those of a pole hundreds. */
export const scoreDigits = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 2 : 1);

/** A share from 0 to 1 as a bar. */
export const bar = (share: number): string => {
  const filled = Math.min(BAR, Math.floor(BAR * share));
  return "█".repeat(filled) + "░".repeat(BAR - filled);
};

/** 75 → "1:15", 3725 → "1:02:05". */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
};

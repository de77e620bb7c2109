// The live line on stderr: how far, how fast, how well, how long still.

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

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

interface Position {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly seconds: number;
  readonly latestReturn: number | null;
}

export const progressText = ({ from, to, step, seconds, latestReturn }: Position): string => {
  const rate = (step - from) / Math.max(seconds, 1e-9);
  const shown = latestReturn === null ? "–" : scoreDigits(latestReturn);
  const remaining = rate > 0 ? duration((to - step) / rate) : "–";
  return `${bar(step / to)} ${step}/${to}  ${Math.round(rate)} steps/s  return ${shown}  ETA ${remaining}`;
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

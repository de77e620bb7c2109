// Timing one program: calls in chunks long enough for the clock, the median chunk counts.

const CHUNK_SECONDS = 0.01;

export interface Clock {
  /** Seconds from some fixed moment. */
  (): number;
}

/** Repeats a program for some seconds; gives the seconds of one run in the median chunk. */
export interface Timer {
  warmUp(seconds: number): Promise<void>;
  round(seconds: number): Promise<number>;
}

export const createTimer = (run: () => unknown, asynchronous: boolean, now: Clock): Timer => {
  let chunk = 1;
  const repeat = async (count: number): Promise<number> => {
    const start = now();
    if (asynchronous) for (let i = 0; i < count; i++) await run();
    else for (let i = 0; i < count; i++) run();
    return now() - start;
  };
  return {
    async warmUp(seconds) {
      const end = now() + seconds;
      let taken = await repeat(1);
      while (now() < end || taken < CHUNK_SECONDS) {
        if (taken < CHUNK_SECONDS) chunk *= 2;
        taken = await repeat(chunk);
      }
      chunk = Math.max(1, Math.ceil((chunk * CHUNK_SECONDS) / taken));
    },
    async round(seconds) {
      const end = now() + seconds;
      const chunks: number[] = [];
      while (chunks.length === 0 || now() < end) chunks.push((await repeat(chunk)) / chunk);
      return median(chunks);
    },
  };
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

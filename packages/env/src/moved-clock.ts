// A clock of one's own: what an environment must not look at cannot change what it does.

/** When a moved clock begins, and by how much it goes on at each look at it; in milliseconds. */
export interface MovedClock {
  readonly start: number;
  readonly tick: number;
}

/** Runs `run` while Date and performance.now show another time; the real ones are back afterwards, whatever happens. */
export function withClock<Result>({ start, tick }: MovedClock, run: () => Result): Result {
  let looks = 0;
  const now = (): number => start + tick * looks++;
  const scope = globalThis as unknown as { Date: DateConstructor; performance?: { now(): number } };
  const real = scope.Date;
  const { performance } = scope;
  scope.Date = new Proxy(real, {
    construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given) as object,
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  if (performance) Object.defineProperty(performance, "now", { value: now, configurable: true });
  try {
    return run();
  } finally {
    scope.Date = real;
    if (performance) Reflect.deleteProperty(performance, "now"); // the prototype's shows again
  }
}

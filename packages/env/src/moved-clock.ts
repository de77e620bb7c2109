// A clock that stands still at a chosen time: what an environment must not look at cannot change what it does.

/** Runs `run` while Date and performance.now stand still at `milliseconds`; the real ones are back afterwards, whatever happens. */
export function withClockAt<Result>(milliseconds: number, run: () => Result): Result {
  const scope = globalThis as unknown as { Date: DateConstructor; performance?: { now(): number } };
  const real = scope.Date;
  const { performance } = scope;
  scope.Date = new Proxy(real, {
    construct: (target, given) => Reflect.construct(target, given.length === 0 ? [milliseconds] : given) as object,
    get: (target, name) => (name === "now" ? () => milliseconds : Reflect.get(target, name)),
  });
  if (performance) Object.defineProperty(performance, "now", { value: () => milliseconds, configurable: true });
  try {
    return run();
  } finally {
    scope.Date = real;
    if (performance) Reflect.deleteProperty(performance, "now"); // the prototype's shows again
  }
}

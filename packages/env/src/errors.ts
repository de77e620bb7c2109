// The errors that callers tell apart: the command line answers the first two with exit 2, the last with exit 3.

/** An id that no registry entry has; the message names the nearest ones, or the versions there are. */
export class UnknownEnvironmentError extends Error {
  override readonly name = "UnknownEnvironmentError";
  readonly id: string;
  /** Ids that may have been meant, best first. */
  readonly suggestions: readonly string[];

  constructor(message: string, { id, suggestions }: { id: string; suggestions: readonly string[] }) {
    super(message);
    this.id = id;
    this.suggestions = suggestions;
  }
}

/** An environment argument that is unknown or has a value it cannot have. */
export class EnvironmentArgumentError extends Error {
  override readonly name = "EnvironmentArgumentError";
  /** The argument's name as it was given. */
  readonly argument: string;

  constructor(message: string, { argument }: { argument: string }) {
    super(message);
    this.argument = argument;
  }
}

/** An environment gave a NaN or an infinity, or was given one as an action. Learning on would spread it into every weight. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";
  /** Id of the environment. */
  readonly environment: string;
  /** Steps since the reset, the faulty one included; 0 is the reset itself. */
  readonly step: number;
  readonly what: "observation" | "reward" | "action";
  readonly value: number;
  /** In a vector environment, the lane. */
  readonly lane?: number;

  constructor(fault: {
    environment: string;
    step: number;
    what: "observation" | "reward" | "action";
    value: number;
    lane?: number;
  }) {
    const { environment, step, what, value, lane } = fault;
    const place = lane === undefined ? `at step ${step}` : `at step ${step} of lane ${lane}`;
    const did = { observation: "gave an", reward: "gave a", action: "was given an" }[what];
    super(`Environment "${environment}" ${did} ${what} of ${value} ${place}; every ${what} must be finite.`);
    this.environment = environment;
    this.step = step;
    this.what = what;
    this.value = value;
    if (lane !== undefined) this.lane = lane;
  }
}

/** `checkEnvironment` found that an environment does not do what the contract says. */
export class BrokenPromiseError extends Error {
  override readonly name = "BrokenPromiseError";
  readonly environment: string;
  /** Which promise; see `EnvironmentPromise`. */
  readonly promise: string;
  /** With this seed the fault shows again, in the given step where there is one. */
  readonly seed: number;
  readonly step?: number;

  constructor(fault: {
    environment: string;
    promise: string;
    /** What was seen. */
    finding: string;
    /** What it most likely comes from, and the way out. */
    cause: string;
    seed: number;
    step?: number;
  }) {
    const { environment, promise, finding, cause, seed, step } = fault;
    const place = step === undefined ? `(seed ${seed})` : `at step ${step} (seed ${seed})`;
    super(`Environment "${environment}" ${finding} ${place}; ${cause} [promise: ${promise}]`);
    this.environment = environment;
    this.promise = promise;
    this.seed = seed;
    if (step !== undefined) this.step = step;
  }
}

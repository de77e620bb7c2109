// The errors of the environment contract.

/** An environment used against its contract: stepped before reset, after the end, or with an action outside its space. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/** An observation or a reward is NaN or infinite. */
export class NonFiniteValueError extends Error {
  override name = "NonFiniteError";
  readonly environment: string;
  /** Steps since the reset. */
  readonly step: number;
  constructor(environment: string, what: string, step: number) {
    super(`Environment "${environment}": ${what} at step ${step} is NaN or infinite.`);
    this.environment = environment;
    this.step = step;
  }
}

// How a verb can fail, and the exit status that tells which.

/** What was asked for makes no sense; the message is one line that names the option, the value and what was expected. */
export class BadInput extends Error {
  override name = "BadInput";
}

/** A reward, an observation or a loss is NaN or infinite. */
export class Diverged extends Error {
  override name = "Diverged";
}

/** The user has stopped the program; what was reached is kept. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

const EXIT = { success: 0, failure: 1, badInput: 2, diverged: 3, interrupted: 130 } as const;

/** Names of errors from libraries that speak of the input. */
const ABOUT_INPUT = new Set([
  "BadInput",
  "CommanderError",
  "DataError",
  "EnvironmentArgumentError",
  "InvalidArgumentError",
  "MissingDataError",
  "OptionError",
  "RunFolderError",
  "ShapeError",
  "UnknownEnvironmentError",
]);

export const exitStatus = (error: unknown): number => {
  const name = error instanceof Error ? error.name : "";
  if (name === "Diverged" || name === "NonFiniteError") return EXIT.diverged;
  if (name === "Interrupted") return EXIT.interrupted;
  return ABOUT_INPUT.has(name) ? EXIT.badInput : EXIT.failure;
};

/** The message on one line; an unforeseen error keeps its stack, which its report needs. */
export const failureText = (error: unknown): string => {
  if (!(error instanceof Error)) return `agon: ${String(error)}`;
  if (exitStatus(error) === EXIT.failure) return `agon: ${error.stack ?? error.message}`;
  return `agon: ${error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")}`;
};

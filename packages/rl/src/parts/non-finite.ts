// Values that are not finite: where they were met.
import { NonFiniteError } from "@agon/tensor";

/** The error itself; where it is about a NaN or infinity in the computation it also tells the algorithm and the step. */
export const located = (error: unknown, agent: { readonly algorithm: string; readonly steps: number }): unknown =>
  error instanceof NonFiniteError
    ? new NonFiniteError(`${agent.algorithm}, step ${agent.steps}: ${error.message}`, error.op)
    : error;

// @agon/env: the environment contract.
export type { Canvas, Colour, ShapeStyle } from "./canvas.ts";
export type {
  Action,
  Environment,
  EnvironmentDefinition,
  Snapshot,
  StepResult,
  Transition,
  TransitionRow,
  TransitionTable,
} from "./environment.ts";
export { EnvironmentError, NonFiniteValueError } from "./errors.ts";
export { defineEnvironment, make } from "./make.ts";
export { type BoxSpace, box, type DiscreteSpace, discrete, type Space, seededRandom } from "./spaces.ts";

// @agon/env: the environment contract — spaces, definitions, running and vector environments, registry, checker, drawing.
export type { ArgumentSpec, ArgumentSpecs, Arguments } from "./arguments.ts";
export { type Bound, box } from "./box.ts";
export { type Canvas, type Colour, type ColourRole, colourRoles, type ShapeStyle } from "./canvas.ts";
export { type CheckOptions, type CheckReport, checkEnvironment, type EnvironmentPromise } from "./check-environment.ts";
export type { CheckableEnvironment } from "./check-running.ts";
export { type ActionOf, defineEnvironment, type EnvironmentRules } from "./define.ts";
export { dict, tuple } from "./composite.ts";
export { discrete } from "./discrete.ts";
export { type Drawing, type Point, recordDrawing, type Shape, type View } from "./drawing.ts";
export type * from "./environment.ts";
export { BrokenPromiseError, EnvironmentArgumentError, NonFiniteError, UnknownEnvironmentError } from "./errors.ts";
export { readFlat } from "./flat.ts";
export { make, makeVector, type MakeOptions, type MakeVectorOptions } from "./make.ts";
export { multiBinary } from "./multi-binary.ts";
export { multiDiscrete } from "./multi-discrete.ts";
export { nearestNames } from "./nearest.ts";
export { type EnvironmentEntry, type EnvironmentOptions, type EnvironmentSpec, Registry } from "./registry.ts";
export { seededSampler } from "./seeded-sampler.ts";
export { spaceFromJSON } from "./space-json.ts";
export type {
  ActionSpace,
  AnySpace,
  BoxArrays,
  BoxSpace,
  BoxType,
  DictSpace,
  DiscreteSpace,
  Mask,
  MultiBinarySpace,
  MultiDiscreteSpace,
  Space,
  SpaceBase,
  SpaceData,
  TupleSpace,
} from "./spaces.ts";
export { toSvg } from "./svg.ts";
export { toText } from "./text.ts";
export { darkTheme, lightTheme, resolveColour, type Theme } from "./themes.ts";
export { clipAction, rescaleAction, transformAction } from "./wrappers/actions.ts";
export {
  type FrameStackObservationOptions,
  frameStackObservation,
  type StackedState,
  type TimeAwareObservationOptions,
  type TimedState,
  timeAwareObservation,
} from "./wrappers/episode-memory.ts";
export {
  type NormalizeObservationOptions,
  type NormalizeRewardOptions,
  normalizeObservation,
  normalizeReward,
  type ObservationNormalizing,
  type RewardNormalizing,
  RewardStatistics,
} from "./wrappers/normalize.ts";
export {
  type DiscretizeObservationOptions,
  discretizeObservation,
  flattenObservation,
  type ObservationChange,
  transformObservation,
} from "./wrappers/observations.ts";
export {
  type EpisodeStatistics,
  type RecordEpisodeStatisticsOptions,
  recordEpisodeStatistics,
} from "./wrappers/record-episode-statistics.ts";
export { type RenderCollecting, type RenderCollectionOptions, renderCollection } from "./wrappers/render-collection.ts";
export { clipReward, transformReward } from "./wrappers/rewards.ts";
export { timeLimit } from "./wrappers/time-limit.ts";
export { RunningMoments, type RunningMomentsState } from "./wrappers/running-moments.ts";

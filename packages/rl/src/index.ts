export type * from "./agent.ts";
export type { AlgorithmSpec, OptionSpec } from "./registry.ts";

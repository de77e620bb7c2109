// One run from its seed to its curve hash: the same program for Node and for a worker of a page.
import { CartPole, FrozenLake, Pendulum } from "@agon/environments";
import { algorithms, drive, findAlgorithm } from "@agon/rl";
import { backendInForce, selectBackend } from "@agon/tensor";

/** The algorithms whose curves must not depend on the engine. */
export const engineIndependent: readonly string[] = algorithms.map(({ name }) => name);

export interface CurveRun {
  readonly algorithm: string;
  readonly seed: number;
  readonly steps: number;
  readonly numerics: "strict" | "fused";
  /** Train in short calls of changing granularity, with rests between them. */
  readonly pauses: boolean;
}

export interface CurveResult {
  readonly curveHash: string;
  /** Backend and tier that gave it. */
  readonly arithmetic: string;
}

/** Trains on the first of three environments that fits, with the options tuned for it. */
export async function curveHashOf({ algorithm, seed, steps, numerics, pauses }: CurveRun): Promise<CurveResult> {
  await selectBackend(numerics === "strict" ? "wasm-strict" : "wasm");
  const backend = backendInForce();
  const spec = findAlgorithm(algorithm);
  const environment = [CartPole, Pendulum, FrozenLake].find((one) => spec.fits(one) === null)!;
  const agent = spec.create(environment, { ...spec.tuned(environment.id), seed });
  for (let call = 0; agent.steps < steps; call++) {
    const some = pauses ? 1 + ((call * 97) % 400) : steps;
    const every = pauses ? (["step", "update", "episode"] as const)[call % 3] : "episode";
    await drive(agent.train({ steps: Math.min(some, steps - agent.steps), every }));
    if (pauses) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { curveHash: await agent.curveHash(), arithmetic: `${backend.name}, ${backend.numerics}` };
}

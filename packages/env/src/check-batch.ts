// Batch rules against the plain ones: the same lanes, the same streams, the same actions.
import type { Check } from "./check-environment.ts";
import type { AutoresetMode, EnvironmentDefinition } from "./environment.ts";
import { LaneVector } from "./lane-vector.ts";
import { openLanes, plainLanes } from "./lanes.ts";
import { findDifference } from "./plain-data.ts";
import { seededStream } from "./seeding.ts";

const LANES = 5;
const STEPS = 300;

export function checkBatch(definition: EnvironmentDefinition, check: Check, seed: number): void {
  for (const autoreset of ["next-step", "same-step"] as const) compareVectors(definition, check, { seed, autoreset });
}

function compareVectors(
  definition: EnvironmentDefinition,
  check: Check,
  { seed, autoreset }: { seed: number; autoreset: AutoresetMode },
): void {
  const batch = new LaneVector(definition, LANES, { autoreset, lanes: openLanes(definition, LANES) });
  const plain = new LaneVector(definition, LANES, { autoreset, lanes: plainLanes(definition, LANES) });
  const random = seededStream(seed + 1_000_003);
  batch.reset({ seed });
  plain.reset({ seed });
  for (let step = 0; step <= STEPS; step++) {
    if (step > 0) {
      const actions = sampleActions(definition, random);
      batch.step(actions);
      plain.step(actions);
    }
    for (const name of ["observations", "rewards", "terminated", "truncated", "finalObservations"] as const) {
      const difference = findDifference(plain[name], batch[name], name);
      if (difference) report(check, `steps otherwise in a batch (${difference})`, { seed, step });
    }
    for (let lane = 0; lane < LANES; lane++) {
      const difference = findDifference(plain.state(lane), batch.state(lane), `state of lane ${lane}`);
      if (difference) report(check, `reads another state from a batch (${difference})`, { seed, step });
    }
    const snapshots = batch.snapshot();
    batch.restore(snapshots);
    const difference = findDifference(snapshots, batch.snapshot(), "snapshot");
    if (difference) report(check, `does not read from a batch what it wrote (${difference})`, { seed, step });
  }
}

function report(check: Check, finding: string, place: { seed: number; step: number }): void {
  const cause =
    "the batch rules must do exactly what reset, step and observe do, in the same order of operations and draws.";
  check.fail("batch", { finding, cause, ...place });
}

function sampleActions(
  { action }: EnvironmentDefinition,
  random: ReturnType<typeof seededStream>,
): Int32Array | Float32Array {
  const samples = Array.from({ length: LANES }, () => action.sample(random));
  if (action.kind === "discrete") return Int32Array.from(samples as number[]);
  return Float32Array.from(samples.flatMap((sample) => [...(sample as Float32Array)]));
}

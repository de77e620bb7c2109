// agon's environments under random actions, by its public API alone.
import type { ActionSpace, VectorEnvironment } from "@agon/env";
import { make, makeVector } from "@agon/environments";
import { createRandom } from "@agon/random";
import { integers } from "../inputs.ts";
import { LANES, timedIds } from "../works.ts";
import type { Prepared } from "./contestant.ts";

const ROUNDS = 4096;
/** Rounds that are played again, to compare. */
const CHECKED = 1024;
const SEED = 0;

/** Steps of a vector of environments; those whose episodes end begin anew in the same step, seeded as Gymnasium seeds them. */
const vectorSteps = (id: string): Prepared & { readonly vector: VectorEnvironment } => {
  const vector = makeVector(id, LANES, { autoreset: "same-step" });
  const rows = actionRows(vector.singleActionSpace, LANES);
  vector.reset({ seed: SEED });
  let at = 0;
  return {
    vector,
    processorTime: true,
    run() {
      vector.step(rows[at]);
      at = (at + 1) & (ROUNDS - 1);
    },
    check: () => checkAgainstSingle(id),
  };
};

/** Random actions, drawn beforehand: for each round those of all lanes. */
const actionRows = (space: ActionSpace, lanes: number): (Int32Array | Float32Array)[] => {
  const random = createRandom(1).split("actions");
  const size = lanes * space.size;
  const all =
    space.kind === "discrete"
      ? integers("actions", size * ROUNDS, space.n)
      : Float32Array.from({ length: size * ROUNDS }, (_, i) =>
          random.uniform(space.low[i % space.size], space.high[i % space.size]),
        );
  return Array.from({ length: ROUNDS }, (_, i) => all.subarray(size * i, size * (i + 1)));
};

/** What was timed must be the environment: its last lane goes through the same episodes as one made alone with that lane's seed. */
const checkAgainstSingle = (id: string): void => {
  const vector = makeVector(id, LANES, { autoreset: "same-step" });
  const rows = actionRows(vector.singleActionSpace, LANES);
  const single = make(id);
  const lane = LANES - 1;
  const { size } = single.observationSpace;
  vector.reset({ seed: SEED });
  single.reset({ seed: SEED + lane });
  for (const [step, row] of rows.slice(0, CHECKED).entries()) {
    vector.step(row);
    const action = row instanceof Int32Array ? row[lane] : row.subarray(lane * single.actionSpace.size);
    const { observation, reward, terminated, truncated } = single.step(action);
    const next = terminated || truncated ? single.reset().observation : observation;
    const seen = vector.observations.subarray(lane * size, (lane + 1) * size);
    const same = reward === vector.rewards[lane] && seen.every((value, i) => value === next[i]);
    if (!same)
      throw new Error(`${id}: step ${step} of lane ${lane} differs from one environment of seed ${SEED + lane}.`);
  }
};

const cartPoleVector = (): Prepared => {
  const { vector, run, check } = vectorSteps("CartPole-v1");
  let [steps, episodes] = [0, 0];
  return {
    processorTime: true,
    run() {
      run();
      steps += LANES;
      for (let lane = 0; lane < LANES; lane++) episodes += vector.terminated[lane];
    },
    check() {
      check?.();
      checkEpisodes(steps, episodes);
    },
  };
};

const cartPoleAlone = (): Prepared => {
  const environment = make("CartPole-v1");
  environment.reset({ seed: SEED });
  const actions = integers("actions", 65_536, 2);
  let at = 0;
  let [steps, episodes] = [0, 0];
  return {
    processorTime: true,
    run() {
      const { terminated, truncated } = environment.step(actions[at]);
      at = (at + 1) & 65_535;
      steps++;
      if (!terminated && !truncated) return;
      episodes++;
      environment.reset();
    },
    check: () => checkEpisodes(steps, episodes),
  };
};

/** Episodes of a random policy on CartPole last 22 steps. */
const checkEpisodes = (steps: number, episodes: number): void => {
  const length = steps / episodes;
  if (!(length > 20 && length < 25)) throw new Error(`CartPole: episodes of ${length} steps, expected about 22.`);
};

export const environmentRows: Readonly<Record<string, () => Prepared>> = {
  H: cartPoleVector,
  "H-scalar": cartPoleAlone,
  ...Object.fromEntries(timedIds.map((id) => [id, () => vectorSteps(id)])),
};

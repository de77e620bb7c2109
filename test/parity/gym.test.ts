// Trajectories and transition tables equal to Gymnasium's, step by step.
import { type EnvironmentDefinition, make } from "@agon/env";
import { cartPole, cliffWalking, frozenLake } from "@agon/environments";
import { expect, test } from "vitest";
import { describeFixture, expectClose, expectExact, type FixtureCase, fixtureNames, loadFixture } from "./fixtures.ts";

type Kwargs = Readonly<Record<string, unknown>>;

const definitions: Readonly<Record<string, (kwargs: Kwargs) => EnvironmentDefinition>> = {
  "CartPole-v1": ({ sutton_barto_reward }) =>
    cartPole({ suttonBartoReward: sutton_barto_reward as boolean }) as EnvironmentDefinition,
  "FrozenLake-v1": ({ map_name, is_slippery, success_rate, desc }) =>
    frozenLake({
      mapName: map_name as string,
      isSlippery: is_slippery as boolean,
      successRate: success_rate as number,
      desc: desc as string[],
    }) as EnvironmentDefinition,
  "CliffWalking-v1": ({ is_slippery }) => cliffWalking({ isSlippery: is_slippery as boolean }) as EnvironmentDefinition,
};

const define = ({ params }: FixtureCase): EnvironmentDefinition => {
  const id = params.env_id as string;
  if (!Object.hasOwn(definitions, id)) throw new Error(`no adapter for environment "${id}".`);
  return definitions[id]((params.kwargs ?? {}) as Kwargs);
};

const trajectory = (fixture: FixtureCase): void => {
  const { params, inputs, outputs } = fixture;
  const environment = make(define(fixture));
  const size = environment.observationSpace.size;
  const discrete = environment.observationSpace.kind === "discrete";
  const compare = discrete
    ? expectExact
    : (got: number[], want: (typeof outputs)[string]) => expectClose(got, want, { rtol: 0, atol: 1e-6 });
  // A long CartPole episode is unstable: beyond stable_steps an ulp of sin or cos decides.
  const steps = Math.min(inputs.actions.data.length, (params.stable_steps as number | undefined) ?? Infinity);
  const first = [...environment.reset({ seed: params.seed as number }).observation];
  const observations: number[] = [];
  const rewards: number[] = [];
  const flags: [number[], number[]] = [[], []];
  const resets: number[] = [];
  const resetObservations: number[] = [];
  for (let t = 0; t < steps; t++) {
    const { observation, reward, terminated, truncated } = environment.step(inputs.actions.data[t]);
    observations.push(...observation);
    rewards.push(reward);
    flags[0].push(Number(terminated));
    flags[1].push(Number(truncated));
    if (!terminated && !truncated) continue;
    resets.push(t);
    resetObservations.push(...environment.reset().observation);
  }
  const part = (name: string, count: number) => ({
    ...outputs[name],
    shape: [count],
    data: outputs[name].data.slice(0, count),
  });
  compare(first, { ...outputs.reset_obs, shape: [first.length] });
  compare(observations, part("obs", steps * size));
  expectClose(rewards, part("rewards", steps), { rtol: 0, atol: 1e-6 });
  expectExact(flags[0], part("terminated", steps), "terminated");
  expectExact(flags[1], part("truncated", steps), "truncated");
  expectExact(resets, part("reset_steps", resets.length), "reset steps");
  compare(resetObservations, part("reset_obs_after", resetObservations.length));
};

const files = fixtureNames("gym_").filter((name) => /^gym_(CartPole|FrozenLake|CliffWalking)-/.test(name));
for (const name of files) describeFixture(name, { trajectory });

const tables = loadFixture("gym_transition_tables").cases.filter(({ params }) =>
  Object.hasOwn(definitions, params.env_id as string),
);

test("there are tables of FrozenLake and CliffWalking", () => {
  expect(tables.length).toBeGreaterThan(0);
});

test.each(tables.map((each) => [each.name, each] as const))("table %s", (_name, fixture) => {
  const table = define(fixture).table?.();
  if (!table) throw new Error("the environment has no table.");
  const rows = table.rows.flatMap((actions, state) =>
    actions.flatMap((outcomes, action) =>
      outcomes.flatMap(([p, next, reward, terminated]) => [state, action, p, next, reward, Number(terminated)]),
    ),
  );
  expectClose(rows, { ...fixture.outputs.rows, shape: [rows.length] });
  expectExact([...table.initial], fixture.outputs.initial_state_distrib);
});

// Whole trajectories of Gymnasium, replayed through `make` with the same seeds, arguments and actions.
import type { Action, Environment } from "@agon/env";
import { make } from "@agon/environments";
import {
  describeFixture,
  expectClose,
  expectExact,
  type FixtureCase,
  type FixtureTensor,
  fixtureNames,
  loadFixture,
} from "./fixtures.ts";

/** The internal state of the continuous environments, in Gymnasium's order, and back. */
const internalStates: Readonly<Record<string, { read(state: unknown): number[]; write(values: number[]): unknown }>> = {
  "CartPole-v1": fields("position", "velocity", "angle", "angularVelocity"),
  "MountainCar-v0": fields("position", "velocity"),
  "MountainCarContinuous-v0": fields("position", "velocity"),
  "Acrobot-v1": fields("shoulder", "elbow", "shoulderVelocity", "elbowVelocity"),
  "Pendulum-v1": fields("angle", "velocity"),
};

/** A state whose fields are the numbers of the golden one, in this order. */
function fields(...names: string[]) {
  return {
    read: (state: unknown): number[] => names.map((name) => (state as Record<string, number>)[name]),
    write: (values: number[]): unknown => Object.fromEntries(names.map((name, i) => [name, values[i]])),
  };
}

/** Ids of earlier versions whose trajectories at default arguments are those of the version that agon has. */
const successors: Readonly<Record<string, string>> = { "Taxi-v3": "Taxi-v4" };

for (const name of fixtureNames("gym_")) {
  const id = /^gym_(.+?-v\d+)(_|$)/.exec(name)?.[1];
  if (!id) continue;
  const tolerance = toleranceOf(name);
  describeFixture(name, { trajectory: (golden) => checkTrajectory(golden, tolerance(golden)) });
}

const CONTINUOUS = { rtol: 0, atol: 1e-6 };

/**
 * NumPy 2 keeps float32 where NumPy 1 went on in float64; the environments follow NumPy 2. Where the golden data of both differ, so may a
 * result from NumPy 1's, as far and no further. Single steps agree as closely as elsewhere.
 */
function toleranceOf(name: string): (golden: FixtureCase) => { rtol: number; atol: number } {
  if (!name.endsWith("_numpy1")) return () => CONTINUOUS;
  const { cases } = loadFixture(name.replace("_numpy1", ""));
  return (golden) => {
    const twin = cases.find((each) => each.name === golden.name) as FixtureCase;
    const drifts = Object.entries(golden.outputs).flatMap(([output, { data }]) =>
      Array.from(data, (value, i) => Math.abs(value - twin.outputs[output].data[i])),
    );
    return { rtol: 0, atol: Math.max(...drifts) + CONTINUOUS.atol };
  };
}

/** Trajectories after which an ulp of difference cannot matter are compared as far as the golden data says. */
function checkTrajectory(golden: FixtureCase, tolerance: { rtol: number; atol: number }): void {
  const { env_id, kwargs, seed, steps, stable_steps: stable = steps } = golden.params as unknown as Params;
  const id = successors[env_id] ?? env_id;
  const { reset_obs, obs, rewards, terminated, truncated, reset_steps, reset_obs_after, ...states } = golden.outputs;
  const discrete = reset_obs.dtype !== "float32";
  const compare = (got: ArrayLike<number>, want: FixtureTensor, what: string): void =>
    discrete ? expectExact(got, want, what) : expectClose(got, want, { ...tolerance, what });
  const environment = make(id, kwargs);
  const replay = replayActions(environment, seed, golden.inputs.actions);
  compare(replay.first, reset_obs, "first observation");
  compare(replay.observations.slice(0, stable).flat(), leading(obs, stable), "observations");
  compare(replay.rewards.slice(0, stable), leading(rewards, stable), "rewards");
  expectExact(replay.terminated.slice(0, stable), leading(terminated, stable), "terminated");
  expectExact(replay.truncated.slice(0, stable), leading(truncated, stable), "truncated");
  const resets = Array.from(reset_steps.data).filter((step) => step < stable).length;
  expectExact(replay.resetSteps.slice(0, resets), leading(reset_steps, resets), "steps of the resets");
  compare(replay.starts.slice(0, resets).flat(), leading(reset_obs_after, resets), "observations after resets");
  checkInternalStates({
    environment,
    golden,
    states,
    tolerance,
    lastState: stable === steps ? replay.lastState : undefined,
  });
}

interface Params {
  readonly env_id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly steps: number;
  readonly stable_steps?: number;
}

function replayActions(environment: Environment, seed: number, actions: FixtureTensor) {
  const first = Array.from(environment.reset({ seed }).observation);
  const replay = {
    first,
    observations: [] as number[][],
    rewards: [] as number[],
    terminated: [] as boolean[],
    truncated: [] as boolean[],
    resetSteps: [] as number[],
    starts: [] as number[][],
    lastState: undefined as unknown,
  };
  for (let step = 0; step < actions.shape[0]; step++) {
    const result = environment.step(actionAt(actions, step));
    replay.observations.push(Array.from(result.observation));
    replay.rewards.push(result.reward);
    replay.terminated.push(result.terminated);
    replay.truncated.push(result.truncated);
    if (result.terminated || result.truncated) {
      replay.resetSteps.push(step);
      replay.starts.push(Array.from(environment.reset().observation));
    }
  }
  replay.lastState = environment.state;
  return replay;
}

/** From each recorded float64 state one step must lead to the recorded observation, however unstable the system is in the long run. */
function checkInternalStates(run: {
  environment: Environment;
  golden: FixtureCase;
  states: Readonly<Record<string, FixtureTensor>>;
  tolerance: { rtol: number; atol: number };
  lastState: unknown;
}): void {
  const { environment, golden, states, tolerance, lastState } = run;
  if (Object.keys(states).length === 0) return;
  const { state_before, final_state, ...unknown } = states;
  if (Object.keys(unknown).length > 0) throw new Error(`no check for the outputs ${Object.keys(unknown).join(", ")}`);
  const internal = internalStates[environment.id];
  if (!internal) throw new Error(`no adapter for the internal state of ${environment.id}`);
  const [count, size] = state_before.shape;
  const fresh = { ...environment.snapshot(), steps: 0, terminated: false, truncated: false };
  for (let step = 0; step < count; step++) {
    const before = Array.from(state_before.data.subarray(step * size, (step + 1) * size));
    environment.restore({ ...fresh, state: internal.write(before) });
    const { observation, reward } = environment.step(actionAt(golden.inputs.actions, step));
    const what = `one step from state ${step}`;
    expectClose(observation, row(golden.outputs.obs, step), { ...CONTINUOUS, what });
    expectClose([reward], { ...row(golden.outputs.rewards, step), shape: [1] }, { ...CONTINUOUS, what });
  }
  if (lastState) expectClose(internal.read(lastState), final_state, { ...tolerance, what: "final state" });
}

function actionAt(actions: FixtureTensor, step: number): Action {
  return actions.shape.length === 1 ? actions.data[step] : Float32Array.from(row(actions, step).data);
}

/** The first `count` rows. */
function leading({ dtype, shape, data }: FixtureTensor, count: number): FixtureTensor {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return { dtype, shape: [count, ...shape.slice(1)], data: data.slice(0, count * size) };
}

function row({ dtype, shape, data }: FixtureTensor, index: number): FixtureTensor {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return { dtype, shape: shape.slice(1), data: data.slice(index * size, (index + 1) * size) };
}

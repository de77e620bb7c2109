// Whole trajectories of Gymnasium, replayed through `make` with the same seeds, arguments and actions.
import type { Action, Environment } from "@agon/env";
import { type CartPoleState, make, registeredIds } from "@agon/environments";
import {
  describeFixture,
  expectClose,
  expectExact,
  type FixtureCase,
  type FixtureTensor,
  fixtureNames,
  skipFixture,
} from "./fixtures.ts";

/** The internal state of the continuous environments, in Gymnasium's order, and back. */
const internalStates: Readonly<Record<string, { read(state: unknown): number[]; write(values: number[]): unknown }>> = {
  "CartPole-v1": {
    read(state) {
      const { position, velocity, angle, angularVelocity } = state as CartPoleState;
      return [position, velocity, angle, angularVelocity];
    },
    write: ([position, velocity, angle, angularVelocity]) => ({ position, velocity, angle, angularVelocity }),
  },
};

for (const name of fixtureNames("gym_")) {
  const id = /^gym_(.+?-v\d+)(_|$)/.exec(name)?.[1];
  if (!id) continue;
  if (registeredIds().includes(id)) describeFixture(name, { trajectory: checkTrajectory });
  else skipFixture(name, `${id} is not among the environments`);
}

/** Trajectories after which an ulp of difference cannot matter are compared as far as the golden data says. */
const CONTINUOUS = { rtol: 0, atol: 1e-6 };

function checkTrajectory(golden: FixtureCase): void {
  const { env_id: id, kwargs, seed, steps, stable_steps: stable = steps } = golden.params as unknown as Params;
  const { reset_obs, obs, rewards, terminated, truncated, reset_steps, reset_obs_after, ...states } = golden.outputs;
  const discrete = reset_obs.dtype !== "float32";
  const compare = (got: ArrayLike<number>, want: FixtureTensor, what: string): void =>
    discrete ? expectExact(got, want, what) : expectClose(got, want, { ...CONTINUOUS, what });
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
  checkInternalStates({ environment, golden, states, lastState: stable === steps ? replay.lastState : undefined });
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
  lastState: unknown;
}): void {
  const { environment, golden, states, lastState } = run;
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
    const { observation } = environment.step(actionAt(golden.inputs.actions, step));
    expectClose(observation, row(golden.outputs.obs, step), { ...CONTINUOUS, what: `one step from state ${step}` });
  }
  if (lastState) expectClose(internal.read(lastState), final_state, { rtol: 0, atol: 1e-6, what: "final state" });
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

// NaN and infinity put into running agents at random places: all stop within a step, say what and where, and exit 3.
import type { EnvironmentDefinition } from "@agon/env";
import { CartPole, CliffWalking, Pendulum } from "@agon/environments";
import type { Module } from "@agon/nn";
import { type LossResult, Optimizer } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { type Agent, type AlgorithmSpec, algorithms } from "@agon/rl";
import {
  customGradient,
  packState,
  type Parameter,
  scalar,
  type Tensor,
  unpackState,
  Variable,
  zeros,
} from "@agon/tensor";
import { afterAll, describe, expect, it, vi } from "vitest";
import { exitStatus, failureText } from "./failure.ts";

const PLACES = 200;

/** Small and quick to learn: of these, each algorithm takes what it knows. */
const small: Readonly<Record<string, unknown>> = {
  hidden: [8],
  batchSize: 8,
  bufferSize: 100,
  batchSteps: 30,
  learningStarts: 20,
  trainInterval: 2,
  targetUpdateInterval: 5,
  environments: 2,
  rolloutSteps: 8,
  minibatches: 1,
  epochs: 2,
};

/** Where a fault comes in: what is wrong, and in which step of the environments. */
interface Fault {
  at: number;
  reward?: number;
  observation?: number;
  action?: number;
}

/** The environment with wrong numbers from the step of the fault on, counted over all episodes. */
const faulty = ({ batch: _batch, ...environment }: EnvironmentDefinition, fault: Fault): EnvironmentDefinition => {
  let steps = 0;
  return {
    ...environment,
    id: "Faulty-v0",
    step(state, action, random) {
      const transition = environment.step(state, action, random);
      return ++steps >= fault.at && fault.reward !== undefined ? { ...transition, reward: fault.reward } : transition;
    },
    observe(state, out) {
      environment.observe(state, out);
      if (steps >= fault.at && fault.observation !== undefined) out[0] = fault.observation;
    },
  };
};

/** Lays a wrong number over the action of that step, on its way from the agent to its environment. */
const spoilActions = (agent: Agent, fault: Fault): void => {
  let steps = 0;
  const spoilt = (action: unknown): unknown => {
    if (++steps !== fault.at || fault.action === undefined) return action;
    if (typeof action === "number") return fault.action;
    const copy = Float32Array.from(action as Float32Array);
    copy[copy.length - 1] = fault.action;
    return copy;
  };
  const seen = new Set<object>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part) || seen.has(part)) return;
    seen.add(part);
    for (const method of ["stepInto", "step"]) {
      const { [method]: step, close } = part as Record<string, unknown>;
      if (typeof step !== "function" || typeof close !== "function") continue;
      Object.assign(part, {
        [method]: (action: unknown, ...more: unknown[]) => step.call(part, spoilt(action), ...more),
      });
      return;
    }
    Object.values(part).forEach(visit);
  };
  visit(agent);
};

/** What an agent keeps, or its table or plan for it; see AgentState. */
interface Keeping {
  readonly kept: {
    readonly contents: { readonly policy: unknown; readonly learned: Readonly<Record<string, Module | Float64Array>> };
  };
}
type Insides = Partial<Keeping> & { readonly table?: Keeping; readonly plan?: Keeping };

/** One number of one of the agent's networks, or every number of its table; tells whether the agent acts by it. */
const spoilWeight = (agent: Agent, value: number, random: Random): { readonly acts: boolean } => {
  const inside = agent as unknown as Insides;
  const { learned, policy } = ((inside.table ?? inside.plan ?? inside) as Keeping).kept.contents;
  const names = Object.keys(learned);
  const name = names[random.integer(names.length)];
  const state = unpackState(agent.checkpoint(), agent.algorithm);
  const arrays = [...state.arrays.keys()].filter((key) => key.startsWith(`${name}.`));
  const array = state.arrays.get(arrays[random.integer(arrays.length)]) as Float32Array;
  const table = learned[name] instanceof Float64Array;
  if (table) array.fill(value);
  else array[random.integer(array.length)] = value;
  agent.restore(packState(state));
  return { acts: table || learned[name] === policy };
};

/** While it is not 0, the gradient of each optimizer's first parameter has it as an element; the loss does not. */
const poison = new Variable(scalar(0), "poison");

const poisoned = (loss: Tensor, parameter: Parameter): Tensor => {
  const place = zeros(parameter.shape).flatten();
  const spoil = customGradient(
    [parameter.value, poison.value],
    () => scalar(0),
    (_gradient, _output, [, wrong]) => [place.add(wrong).reshape(parameter.shape), scalar(0)],
  );
  return loss.add(spoil);
};

const { minimize } = Optimizer.prototype;
const spy = vi.spyOn(Optimizer.prototype, "minimize").mockImplementation(function (
  this: Optimizer,
  f: () => LossResult,
) {
  const [parameter] = (this as unknown as { parameters: readonly Parameter[] }).parameters;
  return minimize.call(this, () => {
    const result = f();
    return "loss" in result ? { ...result, loss: poisoned(result.loss, parameter) } : poisoned(result, parameter);
  });
} as typeof minimize);
afterAll(() => spy.mockRestore());

/** Trains on; the error that stops it, the steps until then, and the updates. */
const untilFailure = async (agent: Agent, limit: number) => {
  const before = agent.steps;
  let updates = 0;
  try {
    for await (const event of agent.train({ steps: limit, every: "step" })) if (event.type === "update") updates++;
  } catch (error) {
    return { error: error as Error, steps: agent.steps - before, updates };
  }
  throw new Error(`nothing failed in ${limit} steps`);
};

const values = [Number.NaN, Infinity, -Infinity];
const kinds = ["observation", "reward", "action", "weight", "gradient"] as const;

const learners = algorithms.filter(({ name }) => name !== "random");
const worldOf = ({ fits }: AlgorithmSpec): EnvironmentDefinition =>
  [CartPole, CliffWalking, Pendulum].find((world) => fits(world) === null) as EnvironmentDefinition;

/** Planners learn nothing from what they live through. */
const plans = ({ name }: AlgorithmSpec): boolean => name.endsWith("-iteration");

describe.each(learners)("$name", (spec) => {
  const random = createRandom(2026).split(spec.name);
  const kindsHere = kinds.filter((kind) => kind === "weight" || (kind === "gradient" ? !spec.tabular : !plans(spec)));
  const share = Math.ceil(PLACES / learners.length);
  const places = Array.from({ length: share }, (_, i) => {
    const kind = kindsHere[i % kindsHere.length];
    return { kind, value: values[random.integer(3)], at: 60 + random.integer(100) };
  });

  it.each(places)("$value as $kind at step $at", async ({ kind, value, at }) => {
    const known = new Set(spec.options.map(({ key }) => key));
    const options = Object.fromEntries(Object.entries(small).filter(([key]) => known.has(key)));
    const outside = kind !== "weight" && kind !== "gradient";
    const fault: Fault = outside ? { at, [kind]: value } : { at: 0 };
    const agent = spec.create(faulty(worldOf(spec), fault), { ...options, seed: 1 + random.integer(1000) });
    const lanes = known.has("environments") ? 2 : 1;
    if (kind === "action") spoilActions(agent, lanes > 1 ? { ...fault, at: Math.ceil(at / lanes) } : fault);
    if (!outside) for await (const _ of agent.train({ steps: at }));
    const acts = kind === "weight" && spoilWeight(agent, value, random).acts;
    if (kind === "gradient") poison.set([value]);
    try {
      const { error, steps, updates } = await untilFailure(agent, 400);
      expect(exitStatus(error), failureText(error)).toBe(3);
      expect(error.message).toMatch(/NaN|Infinity|infinite/);
      if (outside) {
        expect(error.message).toMatch(new RegExp(`"Faulty-v0" (gave|was given) an? ${kind} of ${value} at step \\d+`));
        expect(Math.abs(steps - at)).toBeLessThanOrEqual(lanes);
      } else {
        expect(error.message).toContain(`${spec.name}, step ${agent.steps}: `);
        // What only updates look at, and infinities that a rectifier hides, stop the next update of the network that has them.
        expect(updates).toBeLessThan(known.has("policyDelay") ? 2 : 1);
        if (acts && Number.isNaN(value)) expect(steps).toBeLessThanOrEqual(lanes);
      }
    } finally {
      poison.set([0]);
    }
  });
});

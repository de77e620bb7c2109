// Samples of Gymnasium's spaces after `space.seed(seed)`, exactly.
import {
  type AnySpace,
  box,
  type BoxType,
  dict,
  discrete,
  multiBinary,
  multiDiscrete,
  seededSampler,
  tuple,
} from "@agon/env";
import { definition } from "@agon/environments";
import { numpyGenerator } from "@agon/random";
import { describeFixture, expectOutputs, type FixtureCase, type Result } from "./fixtures.ts";

type Params = Readonly<Record<string, unknown>>;

/** Named as Gymnasium's classes, built from the parameters of a case. */
const simpleSpaces: Readonly<Record<string, (params: Params) => AnySpace>> = {
  Discrete: ({ n, start }) => discrete(n as number, { start: start as number }),
  Box: ({ low, high, shape, dtype }) =>
    box(shape as number[], { low: low as number, high: high as number, type: dtype as BoxType }),
  MultiDiscrete: ({ nvec }) => multiDiscrete(nvec as number[]),
  MultiBinary: ({ n }) => multiBinary(n as number | number[]),
};

/** As the cases write them. */
const compositeSpaces: Readonly<Record<string, AnySpace>> = {
  "Tuple(Discrete(3), Box(-1,1,(2,)))": tuple([discrete(3), box([2], { low: -1, high: 1 })]),
  "Dict(a=Discrete(4), b=MultiBinary(3))": dict({ a: discrete(4), b: multiBinary(3) }),
};

const pick = <T>(from: Readonly<Record<string, T>>, name: string): T => {
  if (Object.hasOwn(from, name)) return from[name];
  throw new Error(`gym_spaces: nothing for "${name}"; have ${Object.keys(from).join(", ")}.`);
};

/** Values that one output lists: numbers or arrays, one after the other. */
const flat = (values: readonly unknown[]): Result =>
  values.flatMap((value) => (typeof value === "number" ? [value] : Array.from(value as ArrayLike<number>)));

/** Draws as many values as the outputs list; each must be contained; `parts` names the outputs' share of a value. */
const expectSamples = (
  fixture: FixtureCase,
  space: AnySpace,
  draw: () => unknown,
  parts: Readonly<Record<string, (value: unknown) => unknown>>,
): void => {
  const [first] = Object.values(fixture.outputs);
  const values = Array.from({ length: first.shape[0] }, draw);
  for (const value of values) {
    if (!space.contains(value)) throw new Error(`${space} does not contain its sample ${JSON.stringify(value)}.`);
  }
  const results = Object.entries(parts).map(([name, part]) => [name, flat(values.map(part))]);
  expectOutputs(fixture, Object.fromEntries(results), { rtol: 0, atol: 0 });
};

const itself = { samples: (value: unknown) => value };

const seedOf = ({ params }: FixtureCase): number => params.seed as number;

const sampleSimple = (fixture: FixtureCase): void => {
  const space = pick(simpleSpaces, fixture.params.space as string)(fixture.params);
  expectSamples(fixture, space, seededSampler(space, seedOf(fixture)), itself);
};

const sampleMasked = (fixture: FixtureCase): void => {
  const { space: kind, n, start, mask } = fixture.params;
  if (kind !== "Discrete") throw new Error(`gym_spaces: no mask for "${kind}"; have Discrete.`);
  const space = discrete(n as number, { start: start as number });
  const random = numpyGenerator(seedOf(fixture));
  expectSamples(fixture, space, () => space.sample(random, mask as number[]), itself);
};

const sampleParts = (fixture: FixtureCase): void => {
  const space = pick(compositeSpaces, fixture.params.space as string);
  const key = (name: string) => (space.kind === "tuple" ? name.replace("part", "") : name);
  const parts = Object.keys(fixture.outputs).map((name) => [
    name,
    (value: unknown) => (value as Record<string, unknown>)[key(name)],
  ]);
  expectSamples(fixture, space, seededSampler(space, seedOf(fixture)), Object.fromEntries(parts));
};

const sampleAction = (fixture: FixtureCase): void => {
  const space = definition(fixture.params.env_id as string).action;
  expectSamples(fixture, space, seededSampler<AnySpace>(space, seedOf(fixture)), itself);
};

describeFixture("gym_spaces", {
  space_sample: sampleSimple,
  space_sample_mask: sampleMasked,
  space_sample_tuple: sampleParts,
  space_sample_dict: sampleParts,
  env_action_space_sample: sampleAction,
});

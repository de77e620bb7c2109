// How far each unary function is from the true value, in units in the last place of float32: inputs, references, measurement.
//
// References are those of the engine in float64 (Math.exp and its like err by less than 10⁻⁸ units of float32), and for erf its series; they
// share no code with the kernels.
import { createRandom } from "@agon/random";
import type { Backend } from "../backend.ts";
import { activations } from "../ops/activations.ts";
import { elementwise } from "../ops/elementwise.ts";

/** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!: all terms of one sign, so that nothing cancels. */
const erf = (x: number): number => {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};

const roundToEven = (x: number): number => {
  const rounded = Math.round(x); // halves up
  const even = Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return even === 0 && (x < 0 || Object.is(x, -0)) ? -0 : even;
};

export interface Function1 {
  readonly exact: (x: number) => number;
  /** Where most inputs lie. */
  readonly range: readonly [low: number, high: number];
  /** Where the kernels change their way, or may: every float around is tried. */
  readonly boundaries: readonly number[];
  /** Of what number the error is counted in units in the last place; the true value, where left out. */
  readonly unitOf?: (x: number) => number;
}

const ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const BEND = 0.044715;
/** √(2/π)(x + BEND·x³) */
const angleOf = (x: number): number => ROOT_2_OVER_PI * (x + BEND * x ** 3);
/** ½(1 + share) with a share in [−1, 1]. */
const half = (share: number): number => 0.5 * (1 + share);
/** 0 and 1 beyond ±40, where x·0 might be ∞·0. */
const slopeOf =
  (slope: (x: number) => number) =>
  (x: number): number =>
    Math.abs(x) > 40 ? Number(x > 0) : slope(x);

const multiples = (unit: number, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i) * unit);
const powers = (factor: number, from: number, to: number): number[] =>
  multiples(1, from, to).map((e) => factor * 2 ** e);
const bothSigns = (values: readonly number[]): number[] => values.flatMap((x) => [x, -x]);

const HALF_LN2 = Math.LN2 / 2;
const ends = [87.33654, 88.02969, 88.72284, 89, 103.27893, 103.97208, 104, 16.635532, 20, 17.328679];
/** Multiples of π/4 small and large. */
const angles = [
  ...multiples(Math.PI / 4, 1, 400),
  ...powers(Math.PI / 2, 1, 126),
  ...multiples(1, 1, 300).map((i) => ((i * 7919 * 104729) % 8388593) * (Math.PI / 2)),
];

/** By primitive. What is missing here fails the test that reads the registry. */
export const unaryFunctions: Readonly<Record<string, Function1>> = {
  neg: { exact: (x) => -x, range: [-9, 9], boundaries: [] },
  abs: { exact: Math.abs, range: [-9, 9], boundaries: [] },
  sign: { exact: (x) => (x === 0 ? 0 : Math.sign(x)), range: [-9, 9], boundaries: [] },
  square: { exact: (x) => x * x, range: [-9, 9], boundaries: bothSigns(powers(Math.SQRT2, -76, 63)) },
  exp: {
    exact: Math.exp,
    range: [-105, 90],
    boundaries: [...bothSigns(ends), ...multiples(HALF_LN2, -301, 257)],
  },
  expm1: {
    exact: Math.expm1,
    range: [-20, 90],
    boundaries: [...bothSigns(ends), ...multiples(HALF_LN2, -61, 257)],
  },
  log: { exact: Math.log, range: [0, 100], boundaries: [...powers(1, -149, 127), ...powers(Math.SQRT1_2, -148, 127)] },
  log1p: {
    exact: Math.log1p,
    range: [-1, 100],
    boundaries: [
      0.25,
      0.5,
      -0.25,
      -0.5,
      -0.75,
      ...powers(1, -149, 127),
      ...powers(-1, -149, 0),
      ...multiples(1, -24, 30).map((e) => Math.SQRT1_2 * 2 ** e - 1),
    ],
  },
  sqrt: { exact: Math.sqrt, range: [0, 100], boundaries: powers(1, -149, 127) },
  reciprocal: { exact: (x) => 1 / x, range: [-9, 9], boundaries: bothSigns(powers(1, -149, 127)) },
  sin: { exact: Math.sin, range: [-100, 100], boundaries: bothSigns([2, ...angles]) },
  cos: { exact: Math.cos, range: [-100, 100], boundaries: bothSigns([2, ...angles]) },
  tanh: {
    exact: Math.tanh,
    range: [-11, 11],
    boundaries: bothSigns([9.010913, 10, ...multiples(HALF_LN2 / 2, 1, 60)]),
  },
  sigmoid: {
    exact: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
    range: [-105, 30],
    boundaries: bothSigns([...ends, ...multiples(HALF_LN2, 1, 301)]),
  },
  erf: { exact: erf, range: [-5, 5], boundaries: bothSigns([0.5, 0.84375, 0.925, 1.25, 2.857, 3.925, 4]) },
  // x times what is rounded to units of 1: near its root and far below 0 that is all the accuracy there is.
  gelu: {
    exact: (x) => x * half(erf(x * Math.SQRT1_2)),
    range: [-6, 6],
    boundaries: bothSigns([0.925 * Math.SQRT2, 4 * Math.SQRT2, 0.751791524]),
    unitOf: Math.abs,
  },
  geluTanh: {
    exact: (x) => x * half(Math.tanh(angleOf(x))),
    range: [-6, 6],
    boundaries: bothSigns([...multiples(0.1, 1, 60)]),
    unitOf: Math.abs,
  },
  geluSlope: {
    exact: slopeOf((x) => half(erf(x * Math.SQRT1_2)) + x * Math.exp(-0.5 * x * x) * (ROOT_2_OVER_PI / 2)),
    range: [-8, 8],
    boundaries: bothSigns([0.925 * Math.SQRT2, 4 * Math.SQRT2, 0.751791524, 40]),
    unitOf: () => 1,
  },
  geluTanhSlope: {
    exact: slopeOf((x) => {
      const t = Math.tanh(angleOf(x));
      return half(t) + 0.5 * x * (1 - t * t) * ROOT_2_OVER_PI * (1 + 3 * BEND * x * x);
    }),
    range: [-8, 8],
    boundaries: bothSigns([40, ...multiples(0.1, 1, 60)]),
    unitOf: () => 1,
  },
  relu: { exact: (x) => (x < 0 ? 0 : x), range: [-9, 9], boundaries: [] },
  floor: {
    exact: Math.floor,
    range: [-9, 9],
    boundaries: bothSigns([...multiples(0.5, 1, 30), 2 ** 23, 2 ** 24, 2 ** 31]),
  },
  ceil: {
    exact: Math.ceil,
    range: [-9, 9],
    boundaries: bothSigns([...multiples(0.5, 1, 30), 2 ** 23, 2 ** 24, 2 ** 31]),
  },
  round: {
    exact: roundToEven,
    range: [-9, 9],
    boundaries: bothSigns([...multiples(0.5, 1, 30), 2 ** 22, 2 ** 23, 2 ** 24, 2 ** 31]),
  },
};

/** Elementwise primitives from one float tensor to another, without attributes. */
export const unaryPrimitives = (): string[] =>
  Object.entries({ ...elementwise, ...activations })
    .filter(([, { infer }]) => {
      try {
        return infer([{ shape: [2, 3], dtype: "float32" }], {}).dtype === "float32";
      } catch {
        return false; // takes more inputs, or others
      }
    })
    .map(([op]) => op);

/** Zeros, the least and greatest of the subnormal and of the normal numbers, ±1, infinities, NaN. */
export const specials = (): number[] => [
  ...bothSigns([0, 2 ** -149, 2 ** -126 - 2 ** -149, 2 ** -126, 1, (2 - 2 ** -23) * 2 ** 127, Infinity]),
  Number.NaN,
];

/** Neighbours on either side of a boundary. */
const NEIGHBOURS = 8;
const LEAST_SWEEP = 20_000;

/**
 * Special values; floats in a row around boundaries; then `count` more: of every second the bits are uniform, of every tenth subnormal, the
 * rest are uniform over the function's range. A smaller count gives a part of a larger one's inputs.
 */
export const inputsOf = ({ range: [low, high], boundaries }: Function1, count: number): Float32Array => {
  const around = boundaries.length > 0 ? boundaries : [1];
  const half = Math.max(NEIGHBOURS, Math.ceil(LEAST_SWEEP / around.length / 2));
  const sweep = around.flatMap((at) => {
    const [bits] = new Int32Array(Float32Array.of(at).buffer);
    return [...new Float32Array(Int32Array.from({ length: 2 * half + 1 }, (_, i) => bits + i - half).buffer)];
  });
  const random = createRandom(1).split("accuracy");
  const others = Float32Array.from({ length: count }, (_, i) => {
    if (i % 2 === 0) return new Float32Array(Uint32Array.of(random.integer(2 ** 32)).buffer)[0];
    if (i % 10 === 1) return (random.integer(2 ** 24) - 2 ** 23) * 2 ** -149;
    return random.uniform(low, high);
  });
  return Float32Array.from([...specials(), ...sweep, ...others]);
};

/** Distance of neighbouring float32 numbers at x. */
const ulpAt = (x: number): number => {
  const [value] = new Int32Array(Float32Array.of(x).buffer);
  return 2 ** (Math.max(1, (value >>> 23) & 0xff) - 150);
};

/** Units in the last place between what was computed and the true value; infinite where NaN, an infinity or the sign of a zero is wrong. */
export const errorOf = (got: number, want: number): number => {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) && !(Number.isFinite(rounded) && want !== 0)) return 0;
  if (Number.isNaN(got) || !Number.isFinite(want) || want === 0) return Infinity;
  if (got !== 0 && Math.sign(got) !== Math.sign(want)) return Infinity;
  // An infinity stands for 2¹²⁸, one unit beyond the largest number.
  const limited = (x: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, x));
  return Math.abs(limited(got) - limited(want)) / ulpAt(Number.isFinite(rounded) ? rounded : 2 ** 127);
};

/** Units in the last place of another number between what was computed and the true value, where the sign of a zero does not count. */
const differenceOf = (got: number, want: number, of: number): number =>
  Number.isFinite(got) && Number.isFinite(want) && Number.isFinite(of)
    ? Math.abs(got - want) / ulpAt(Math.fround(of))
    : Object.is(got, Math.fround(want))
      ? 0
      : Infinity;

export const evaluate = (backend: Backend, op: string, xs: Float32Array): Float32Array => {
  const spec = { shape: [xs.length], dtype: "float32" } as const;
  const [x, y] = [0, 1].map(() => backend.allocate("float32", xs.length));
  backend.write(x, xs);
  backend.execute(op, {}, [{ ...spec, buffer: x }], { ...spec, buffer: y });
  const got = new Float32Array(xs.length);
  backend.read(y, got);
  backend.free(x);
  backend.free(y);
  return got;
};

export interface Worst {
  readonly ulp: number;
  readonly at: number;
}

export const worstError = (backend: Backend, op: string, count: number): Worst => {
  const one = unaryFunctions[op];
  const xs = inputsOf(one, count);
  const got = evaluate(backend, op, xs);
  let worst: Worst = { ulp: -1, at: Number.NaN };
  xs.forEach((x, i) => {
    const want = one.exact(x);
    const ulp = one.unitOf ? differenceOf(got[i], want, one.unitOf(x)) : errorOf(got[i], want);
    if (ulp > worst.ulp) worst = { ulp, at: x };
  });
  return worst;
};

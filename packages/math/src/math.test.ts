// Portable functions against references computed in big integers, to the last bit or nearly.
import { describe, expect, it } from "vitest";
import { cos, erf, erfc, exp, expm1, log, log1p, pow, sin, tanh } from "./index.ts";

const BITS = 400n;
const ONE = 1n << BITS;

/** x as a fixed-point integer, exactly. */
const fixed = (x: number): bigint => {
  let shift = 0n;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift++;
  }
  return (BigInt(mantissa) << BITS) >> shift;
};

/** Nearest float64 of value·2⁻⁴⁰⁰, through the leading 80 bits. */
const toNumber = (value: bigint): number => {
  const negative = value < 0n;
  const size = negative ? -value : value;
  const length = size.toString(2).length;
  const drop = Math.max(0, length - 80);
  const number = Number(size >> BigInt(drop)) * 2 ** (drop - Number(BITS));
  return negative ? -number : number;
};

const expFixed = (x: bigint): bigint => {
  // e^x = (e^(x/2^16))^(2^16), Taylor's series for the small argument.
  const small = x >> 16n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = (term * small) / (n * ONE);
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = (sum * sum) >> BITS;
  return sum;
};

const sinCosFixed = (x: bigint, start: bigint): bigint => {
  let term = start === 0n ? ONE : x;
  let sum = term;
  for (let n = start + 1n; term !== 0n; n += 2n) {
    term = -(((term * x) >> BITS) * x) / (n * (n + 1n)) / ONE;
    sum += term;
  }
  return sum;
};

const unitInLastPlace = (x: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -1022) - 52);

/** Distance of two doubles in units of the last place of `want`. */
const ulps = (got: number, want: number): number => (got === want ? 0 : Math.abs(got - want) / unitInLastPlace(want));

/** Error of a double against an exact fixed-point value, in units of its last place. */
const exactUlps = (got: number, exact: bigint): number =>
  Math.abs(toNumber(fixed(got) - exact)) / unitInLastPlace(toNumber(exact));

const spread = (low: number, high: number, count = 400): number[] =>
  Array.from({ length: count }, (_, i) => low + (high - low) * (((i * 7919 + 13) % 10007) / 10007));

const worst = (f: (x: number) => number, reference: (x: bigint) => bigint, values: number[]): number =>
  Math.max(...values.map((x) => exactUlps(f(x), reference(fixed(x)))));

describe("errors against exact references", () => {
  it("exp stays below 1 ulp", () => {
    expect(worst(exp, expFixed, spread(-20, 40))).toBeLessThan(1);
  });
  it("expm1 stays below 1 ulp", () => {
    expect(worst(expm1, (x) => expFixed(x) - ONE, [...spread(-5, 5), ...spread(-1e-3, 1e-3)])).toBeLessThan(1);
  });
  it("sin and cos stay below 1 ulp", () => {
    expect(worst(sin, (x) => sinCosFixed(x, 1n), spread(-30, 30))).toBeLessThan(1);
    expect(worst(cos, (x) => sinCosFixed(x, 0n), spread(-30, 30))).toBeLessThan(1);
  });
  it("log inverts exp: the residual e^(log x) − x is below 1 ulp of log x", () => {
    for (const x of spread(1.5, 900)) {
      const l = log(x);
      const error = Math.abs(toNumber(((fixed(x) - expFixed(fixed(l))) * ONE) / fixed(x)));
      expect(error).toBeLessThan(2 ** (Math.floor(Math.log2(l)) - 52));
    }
  });
  it("tanh stays below 2 ulp", () => {
    const reference = (x: bigint): bigint => {
      const e = expFixed(2n * x);
      return ((e - ONE) * ONE) / (e + ONE);
    };
    expect(worst(tanh, reference, spread(-4, 4))).toBeLessThan(2);
  });
});

describe("known values", () => {
  it("sin and cos of huge arguments are reduced exactly", () => {
    expect(ulps(sin(1e22), -0.8522008497671888)).toBeLessThanOrEqual(1);
    expect(ulps(cos(1e22), 0.5232147853951389)).toBeLessThanOrEqual(1);
    expect(sin(-1e22)).toBe(-sin(1e22));
  });
  it("sin and cos of large arguments that are not whole continue those of small ones", () => {
    // The reduction changes at 1 647 099; sin(a + b) = sin a·cos b + cos a·sin b ties both sides together.
    for (const [a, b] of [
      [1647099, 0.25],
      [1647098.5, 0.75],
      [1600000.125, 2.6e6],
    ]) {
      expect(Math.abs(sin(a + b) - (sin(a) * cos(b) + cos(a) * sin(b)))).toBeLessThan(1e-15);
      expect(Math.abs(cos(a + b) - (cos(a) * cos(b) - sin(a) * sin(b)))).toBeLessThan(1e-15);
    }
  });
  it("erf and erfc", () => {
    expect(ulps(erf(0.5), 0.5204998778130465)).toBeLessThan(4);
    expect(ulps(erf(2), 0.9953222650189527)).toBeLessThan(4);
    expect(ulps(erfc(3), 2.209049699858544e-5)).toBeLessThan(8);
    expect(ulps(erfc(10), 2.088487583762545e-45)).toBeLessThan(64);
  });
  it("log1p and pow", () => {
    expect(ulps(log1p(1e-10), 9.9999999995e-11)).toBeLessThanOrEqual(1);
    expect(pow(2, 10)).toBe(1024);
    expect(ulps(pow(2, 0.5), Math.SQRT2)).toBeLessThanOrEqual(1);
  });
});

describe("special cases", () => {
  it.each<[string, number, number]>([
    ["exp(−∞)", exp(-Infinity), 0],
    ["exp(∞)", exp(Infinity), Infinity],
    ["exp(NaN)", exp(Number.NaN), Number.NaN],
    ["exp(−745)", exp(-745), 5e-324],
    ["exp(0)", exp(0), 1],
    ["expm1(−0)", expm1(-0), -0],
    ["log(0)", log(0), -Infinity],
    ["log(−1)", log(-1), Number.NaN],
    ["log(5e−324)", log(5e-324), -744.4400719213812],
    ["log1p(−1)", log1p(-1), -Infinity],
    ["sin(−0)", sin(-0), -0],
    ["sin(∞)", sin(Infinity), Number.NaN],
    ["cos(0)", cos(0), 1],
    ["tanh(∞)", tanh(Infinity), 1],
    ["tanh(−0)", tanh(-0), -0],
    ["erf(−∞)", erf(-Infinity), -1],
    ["erfc(∞)", erfc(Infinity), 0],
    ["pow(NaN, 0)", pow(Number.NaN, 0), 1],
    ["pow(−2, 3)", pow(-2, 3), -8],
    ["pow(−2, 0.5)", pow(-2, 0.5), Number.NaN],
    ["pow(0, −1)", pow(0, -1), Infinity],
    ["pow(−0, −3)", pow(-0, -3), -Infinity],
    ["pow(0.5, ∞)", pow(0.5, Infinity), 0],
  ])("%s", (_name, got, want) => {
    expect(Object.is(got, want), `${got}, expected ${want}`).toBe(true);
  });
});

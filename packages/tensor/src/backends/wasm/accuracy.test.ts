// Powers in float32 against float64; accuracy.test.ts one folder up has the functions of one argument.
import { pow } from "@agon/math";
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import { createWasmBackend } from "./index.ts";

const COUNT = 50_000;

/** Distance of neighbouring float32 numbers at x. */
const ulpAt = (x: number): number => {
  const [value] = new Int32Array(Float32Array.of(x).buffer);
  const exponent = (value >>> 23) & 0xff;
  return 2 ** (Math.max(1, exponent) - 150);
};

describe("pow", () => {
  const wasm = createWasmBackend();
  const run = (xs: Float32Array, ys: Float32Array): Float32Array => {
    const spec = { shape: [xs.length], dtype: "float32" } as const;
    const [a, b, out] = [xs, ys, xs].map(({ length }) => wasm.allocate("float32", length));
    wasm.write(a, xs);
    wasm.write(b, ys);
    wasm.execute(
      "pow",
      {},
      [a, b].map((buffer) => ({ ...spec, buffer })),
      { ...spec, buffer: out },
    );
    const got = new Float32Array(xs.length);
    wasm.read(out, got);
    return got;
  };
  const random = createRandom(4);
  const bits = (): number => new Float32Array(Uint32Array.of(random.integer(2 ** 32)).buffer)[0];
  it.each<[string, () => number, () => number]>([
    ["of all bit patterns", bits, bits],
    ["of positive numbers", () => Math.abs(bits()), () => random.uniform(-4, 4)],
    ["near 1", () => random.uniform(0.95, 1.05), () => random.uniform(-1000, 1000)],
    ["of negative numbers to whole powers", () => random.uniform(-10, 0), () => random.integer(-20, 20)],
  ])("%s errs by at most 1.2 units in the last place", (_name, base, exponent) => {
    const xs = Float32Array.from({ length: COUNT }, base);
    const ys = Float32Array.from({ length: COUNT }, exponent);
    run(xs, ys).forEach((got, i) => {
      const want = pow(xs[i], ys[i]);
      const rounded = Math.fround(want);
      if (Object.is(got, rounded)) return;
      expect(Math.abs(got - want) / ulpAt(rounded), `${xs[i]} to the ${ys[i]}`).toBeLessThanOrEqual(1.2);
    });
  });
  it("has the special cases of IEEE 754", () => {
    const special = [0, 1, 2, 3, 0.5, 1e-45, 3.4e38, 1e10, 2 ** 24, 2 ** 24 - 1, 0.99999994, 1.0000001, Infinity];
    const all = [...special, ...special.map((x) => -x), Number.NaN];
    const xs = Float32Array.from(all.flatMap((x) => all.map(() => x)));
    const ys = Float32Array.from(all.flatMap(() => all));
    run(xs, ys).forEach((got, i) => {
      const want = Math.fround(pow(xs[i], ys[i]));
      if (Number.isFinite(want) && want !== 0) expect(Math.abs(got / want - 1)).toBeLessThan(1e-6);
      else expect(Object.is(got, want), `${xs[i]} to the ${ys[i]} is ${got}, expected ${want}`).toBe(true);
    });
  });
});

// Every public op over its samples: against float64, compiled, with operands that come as views; and its kinds of samples are all there.
import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { tensor } from "../create.ts";
import { ShapeError } from "../errors.ts";
import * as publicNames from "../index.ts";
import { type SampleInput, sampleValues } from "../ops/samples.test-data.ts";
import { Tensor } from "../tensor.ts";
import { type Call, notOps, publicOps } from "./samples.test-data.ts";

const made = (inputs: readonly SampleInput[], float: "float32" | "float64"): Tensor[] =>
  inputs.map((input, i) => {
    const { shape, dtype = "float32" } = input;
    return tensor(Float32Array.from(sampleValues(input, i)), { shape, dtype: dtype === "float32" ? float : dtype });
  });

/** Ways in which the same values reach an op: as they are, turned and turned back, cut out of something larger, under another shape. */
const views: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  permuted: (x) => {
    const order = x.shape.map((_, i) => x.rank - 1 - i);
    return x.permute(order).permute(order);
  },
  sliced: (x) => {
    const one = x.shape.map(() => 1);
    return x.pad(one, one).slice(...x.shape.map((length): [number, number] => [1, 1 + length]));
  },
  reshaped: (x) => x.reshape([x.size]).reshape(x.shape),
  expanded: (x) =>
    x
      .unsqueeze(0)
      .expand([2, ...x.shape])
      .select(0, 1),
};

const names = Object.keys(publicOps);
const sizeOf = ({ shape }: SampleInput): number => shape.reduce((n, length) => n * length, 1);
const inputsOf = ([, ...inputs]: Call): SampleInput[] => inputs;

describe("the samples", () => {
  it("are of every public op", () => {
    const all = new Set([...Object.keys(publicNames), ...Object.getOwnPropertyNames(Tensor.prototype)]);
    const known = new Set([...names, ...notOps]);
    expect(
      [...all].filter((name) => !known.has(name)),
      "public, without samples",
    ).toEqual([]);
    expect(
      [...known].filter((name) => !all.has(name)),
      "not public",
    ).toEqual([]);
  });
  it.each(names)("of %s are of every kind", (name) => {
    const { calls, error, without = {}, broadcasts } = publicOps[name];
    const inputs = calls.map(inputsOf);
    const has = {
      empty: inputs.some((each) => each.some((input) => sizeOf(input) === 0)),
      scalar: inputs.some((each) => each.some(({ shape }) => shape.length === 0)),
      error: error !== undefined,
    };
    for (const [kind, there] of Object.entries(has))
      expect(there || kind in without, `${name} has no sample of kind "${kind}"`).toBe(true);
    for (const kind of Object.keys(without))
      expect(has[kind as "empty"], `${name} has "${kind}" all the same`).toBe(false);
    if (broadcasts) expect(inputs.some((each) => new Set(each.map(({ shape }) => String(shape))).size > 1)).toBe(true);
  });
});

describe.each(names)("%s", (name) => {
  const { calls, error, says = name } = publicOps[name];
  it.each(calls.map((call, i) => [i, call] as const))("sample %i", (_i, [f, ...inputs]) => {
    const rounded = made(inputs, "float32");
    const got = f(...rounded);
    const want = f(...made(inputs, "float64"));
    expect(got.shape).toEqual(want.shape);
    const [values, exact] = [got.dataSync(), want.dataSync()];
    values.forEach((value, i) => {
      if (!Number.isFinite(exact[i])) expect(value).toBe(exact[i]);
      else expect(Math.abs(value - exact[i]), `element ${i}`).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(exact[i])));
    });
    const same = (other: Tensor): void => {
      expect(other.shape).toEqual(got.shape);
      expect(other.dtype).toBe(got.dtype);
      expect(other.dataSync()).toEqual(values);
    };
    same(compile(f)(...rounded));
    for (const view of Object.values(views)) {
      const seen = (...xs: Tensor[]): Tensor => f(...xs.map(view));
      same(seen(...rounded));
      same(compile(seen)(...rounded));
    }
  });
  if (error)
    it("says what does not fit", () => {
      expect(error).toThrow(ShapeError);
      expect(error).toThrow(new RegExp(`^${says}: `));
    });
});

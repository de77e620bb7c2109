// Convolution and its gradients over many geometries, against the reference: exactly, as small whole numbers have exact sums.
import { describe, expect, it } from "vitest";
import type { Attributes, Backend, Operand, Shape } from "../../backend.ts";
import { conv, windowCount } from "../../ops/conv.ts";
import { sizeOf } from "../../shape.ts";
import { createJsBackend } from "../js/index.ts";
import { createWasmBackend } from "./index.ts";

/** Whole numbers from 0 to n − 1, the same for the same seed. */
const choices = (seed: number): ((n: number) => number) => {
  let state = seed * 2654435761 + 12345;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
};

interface Geometry {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attributes: Attributes;
}

/** Sizes of a convolution; null where the kernel does not fit. */
const geometryOf = (seed: number): Geometry | null => {
  const next = choices(seed);
  const one = (...values: number[]): number => values[next(values.length)];
  const groups = one(1, 1, 1, 2, 3);
  const [channels, outputs] = [groups * one(1, 2, 3, 5), groups * one(1, 3, 4, 6, 7, 9, 18)];
  const size = [one(1, 3, 6, 9), one(4, 7, 12, 17, 37)];
  const kernel = [one(1, 1, 2, 3), one(1, 2, 3, 5)];
  const stride = [one(1, 1, 2, 3), one(1, 1, 2, 3)];
  const padding = [one(0, 1, 3), one(0, 0, 1, 2)];
  const dilation = [one(1, 1, 2), one(1, 1, 2, 3)];
  const places = [0, 1].map((i) => windowCount(size[i], kernel[i], stride[i], padding[i], dilation[i]));
  if (places.some((count) => count < 1)) return null;
  const batch = one(1, 2, 3);
  return {
    x: [batch, channels, ...size],
    w: [outputs, channels / groups, ...kernel],
    y: [batch, outputs, ...places],
    attributes: { stride, padding, dilation, groups, size, kernel },
  };
};

const geometries = Array.from({ length: 160 }, (_, seed) => geometryOf(seed)).filter((geometry) => geometry !== null);

/** −3 … 3 */
const filled = (shape: Shape, seed: number): Float32Array => {
  const next = choices(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => next(7) - 3);
};

const run = (backend: Backend, op: string, inputs: readonly (readonly [Shape, number])[], attributes: Attributes) => {
  const operands = inputs.map(([shape, seed]): Operand => {
    const buffer = backend.allocate("float32", sizeOf(shape));
    backend.write(buffer, filled(shape, seed));
    return { shape, dtype: "float32", buffer };
  });
  const spec = conv[op].infer(operands, attributes);
  const output: Operand = { ...spec, buffer: backend.allocate("float32", sizeOf(spec.shape)) };
  backend.execute(op, attributes, operands, output);
  const out = new Float32Array(sizeOf(spec.shape));
  backend.read(output.buffer, out);
  for (const { buffer } of [...operands, output]) backend.free(buffer);
  return { shape: spec.shape, values: [...out].map((value) => value + 0) };
};

const js = createJsBackend();

describe.each([
  ["strict", 128],
  ["auto", 128],
  ["strict", 256],
  ["auto", 256],
] as const)("wasm, %s, tiles for %i bits", (numerics, vectorBits) => {
  const wasm = createWasmBackend({ numerics, vectorBits });
  it.each(geometries.map((geometry) => [JSON.stringify(geometry), geometry] as const))("%s", (_, geometry) => {
    const { x, w, y, attributes } = geometry;
    for (const [op, ...inputs] of [
      ["conv2d", [x, 1], [w, 2]],
      ["conv2dInput", [y, 3], [w, 2]],
      ["conv2dWeight", [x, 1], [y, 3]],
    ] as const)
      expect(run(wasm, op, inputs, attributes), op).toEqual(run(js, op, inputs, attributes));
  });
});

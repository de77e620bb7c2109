// Every unary function in float32 against the true value, on js and both tiers of wasm: special values, and no error beyond what the README publishes.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluate, unaryFunctions, unaryPrimitives, worstError } from "./accuracy.test-data.ts";
import { createJsBackend } from "./js/index.ts";
import { createWasmBackend } from "./wasm/index.ts";

/** Random inputs of each function; `npm run accuracy` takes 10⁶. */
const COUNT = 20_000;

const wasm = createWasmBackend();
const backends = { js: createJsBackend(), wasm, "wasm-strict": createWasmBackend({ numerics: "strict" }) };
const names = Object.keys(unaryFunctions);

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
/** Published errors: the rows of the README's table. */
const published = new Map(
  [...readme.matchAll(/^\| `(\w+)` +\| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \|/gm)].map(([, op, js, fused, strict]) => [
    op,
    // "wasm" is fused, unless this machine does not fuse.
    { js: Number(js), wasm: Number(wasm.numerics === "fused" ? fused : strict), "wasm-strict": Number(strict) },
  ]),
);

it("every unary primitive is measured and published", () => {
  expect(names.toSorted()).toEqual(unaryPrimitives().toSorted());
  expect([...published.keys()].toSorted()).toEqual(names.toSorted());
});

const { NaN: none, POSITIVE_INFINITY: inf } = Number;
const specialValues: readonly [op: string, values: readonly (readonly [x: number, y: number])[]][] = [
  [
    "neg",
    [
      [0, -0],
      [-0, 0],
      [inf, -inf],
      [none, none],
    ],
  ],
  [
    "abs",
    [
      [-0, 0],
      [-inf, inf],
      [none, none],
    ],
  ],
  [
    "sign",
    [
      [0, 0],
      [-0, 0],
      [2 ** -149, 1],
      [-inf, -1],
      [none, none],
    ],
  ],
  [
    "square",
    [
      [-0, 0],
      [-inf, inf],
      [2 ** -76, 0],
      [2 ** 64, inf],
      [none, none],
    ],
  ],
  [
    "exp",
    [
      [0, 1],
      [-0, 1],
      [-inf, 0],
      [inf, inf],
      [89, inf],
      [-104, 0],
      [none, none],
    ],
  ],
  [
    "expm1",
    [
      [0, 0],
      [-0, -0],
      [-(2 ** -149), -(2 ** -149)],
      [-inf, -1],
      [inf, inf],
      [89, inf],
      [none, none],
    ],
  ],
  [
    "log",
    [
      [0, -inf],
      [-0, -inf],
      [1, 0],
      [-1, none],
      [-(2 ** -149), none],
      [inf, inf],
      [-inf, none],
      [none, none],
    ],
  ],
  [
    "log1p",
    [
      [0, 0],
      [-0, -0],
      [2 ** -149, 2 ** -149],
      [-1, -inf],
      [-2, none],
      [inf, inf],
      [-inf, none],
      [none, none],
    ],
  ],
  [
    "sqrt",
    [
      [0, 0],
      [-0, -0],
      [-1, none],
      [inf, inf],
      [-inf, none],
      [none, none],
    ],
  ],
  [
    "reciprocal",
    [
      [0, inf],
      [-0, -inf],
      [inf, 0],
      [-inf, -0],
      [2 ** -149, inf],
      [none, none],
    ],
  ],
  [
    "sin",
    [
      [0, 0],
      [-0, -0],
      [2 ** -149, 2 ** -149],
      [inf, none],
      [-inf, none],
      [none, none],
    ],
  ],
  [
    "cos",
    [
      [0, 1],
      [-0, 1],
      [inf, none],
      [-inf, none],
      [none, none],
    ],
  ],
  [
    "tanh",
    [
      [0, 0],
      [-0, -0],
      [2 ** -149, 2 ** -149],
      [inf, 1],
      [-inf, -1],
      [none, none],
    ],
  ],
  [
    "sigmoid",
    [
      [0, 0.5],
      [-0, 0.5],
      [inf, 1],
      [-inf, 0],
      [-103.5, 2 ** -149],
      [-110, 0],
      [none, none],
    ],
  ],
  [
    "erf",
    [
      [0, 0],
      [-0, -0],
      [inf, 1],
      [-inf, -1],
      [none, none],
    ],
  ],
  [
    "gelu",
    [
      [0, 0],
      [-0, -0],
      [inf, inf],
      [3e38, Math.fround(3e38)],
      [-20, -0],
      [none, none],
    ],
  ],
  [
    "geluTanh",
    [
      [0, 0],
      [-0, -0],
      [inf, inf],
      [3e38, Math.fround(3e38)],
      [-20, -0],
      [none, none],
    ],
  ],
  [
    "geluSlope",
    [
      [0, 0.5],
      [-0, 0.5],
      [inf, 1],
      [-inf, 0],
      [none, none],
    ],
  ],
  [
    "geluTanhSlope",
    [
      [0, 0.5],
      [-0, 0.5],
      [inf, 1],
      [-inf, 0],
      [none, none],
    ],
  ],
  [
    "relu",
    [
      [0, 0],
      [-1, 0],
      [inf, inf],
      [-inf, 0],
      [none, none],
    ],
  ],
  [
    "floor",
    [
      [-0, -0],
      [-0.5, -1],
      [inf, inf],
      [-inf, -inf],
      [none, none],
    ],
  ],
  [
    "ceil",
    [
      [-0, -0],
      [-0.5, -0],
      [0.5, 1],
      [inf, inf],
      [-inf, -inf],
      [none, none],
    ],
  ],
  [
    "round",
    [
      [-0, -0],
      [-0.5, -0],
      [-0.2, -0],
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [inf, inf],
      [-inf, -inf],
      [none, none],
    ],
  ],
];

describe.each(["js", "wasm", "wasm-strict"] as const)("%s", (name) => {
  it.each(names)("%s errs by no more than is published", (op) => {
    const { ulp, at } = worstError(backends[name], op, COUNT);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(published.get(op)?.[name] ?? 0);
  });

  it.each(specialValues)("%s of special values", (op, values) => {
    const got = evaluate(
      backends[name],
      op,
      Float32Array.from(values, ([x]) => x),
    );
    expect([...got]).toEqual(values.map(([, y]) => y));
  });
});

it("special values are listed for every function", () => {
  expect(specialValues.map(([op]) => op).toSorted()).toEqual(unaryPrimitives().toSorted());
});

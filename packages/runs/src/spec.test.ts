import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson, type RunSpec, runId } from "./spec.ts";

const spec: RunSpec = {
  algorithm: "dqn",
  environment: "CartPole-v1",
  options: { learningRate: 1e-3, hidden: [64, 64] },
  seed: 1,
  numerics: "strict",
  versions: { "@agon/rl": "0.1.0" },
};

test("the order of keys does not matter, the order of items does", async () => {
  expect(canonicalJson({ b: 1, a: [2, 1], c: undefined })).toBe('{"a":[2,1],"b":1}');
  const reordered: RunSpec = { ...spec, options: { hidden: [64, 64], learningRate: 0.001 } };
  expect(await runId(reordered)).toBe(await runId(spec));
  expect(await runId({ ...spec, options: { ...spec.options, hidden: [64, 65] } })).not.toBe(await runId(spec));
});

test("canonical JSON is ASCII and parses back to the same value", () => {
  const value = { größe: 'λ → 🙂\u007f\n"', n: [1e21, -0.1, true, null] };
  expect(canonicalJson(value)).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
});

test("the id is the head of the canonical JSON's SHA-256", async () => {
  expect(await runId(spec)).toBe(createHash("sha256").update(canonicalJson(spec)).digest("hex").slice(0, 16));
});

test("what JSON cannot hold is named by its path", () => {
  expect(() => canonicalJson({ options: { rates: [1, Number.NaN] } }, "spec")).toThrow("spec.options.rates[1] is NaN");
  expect(() => canonicalJson({ when: new Date(0) })).toThrow("value.when is a object");
});

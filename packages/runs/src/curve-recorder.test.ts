import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type CurveRecorder, createCurveRecorder } from "./curve-recorder.ts";

/** The definition, written plainly. */
function reference(curve: readonly number[], parameters: readonly (Float32Array | Float64Array)[] = []): string {
  const hash = createHash("sha256");
  for (const value of curve) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    hash.update(bytes);
  }
  for (const values of parameters) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}

/** Records `events` episodes and updates in turn; gives the numbers that were recorded. */
function record(recorder: CurveRecorder, events: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < events; i++) {
    recorder.episode(i, i / 3, 7);
    recorder.update(i, -0.1 * i);
    numbers.push(i, i / 3, 7, i, -0.1 * i);
  }
  return numbers;
}

test("an empty curve hashes to the SHA-256 of nothing", async () => {
  const recorder = await createCurveRecorder();
  expect(recorder.digest({})).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the hash is SHA-256 over little-endian float64, across blocks of any fill", async () => {
  for (const events of [1, 2, 3, 204, 205, 206, 5000]) {
    const recorder = await createCurveRecorder();
    const curve = record(recorder, events);
    expect(recorder.digest({}), `${events} events`).toBe(reference(curve));
  }
});

test("parameters follow the curve in the order of their names", async () => {
  const recorder = await createCurveRecorder();
  const curve = record(recorder, 5);
  const first = Float32Array.of(1.5, -0, 3e-42);
  const second = Float64Array.of(Math.PI, Number.NEGATIVE_INFINITY);
  const large = new Float32Array(5000).map((_, i) => i / 7);
  expect(recorder.digest({ "b.weight": second, Z: large, "a.weight": first })).toBe(
    reference(curve, [large, first, second]),
  );
});

test("digest is not destructive", async () => {
  const recorder = await createCurveRecorder();
  const begun = record(recorder, 300);
  const weights = { weight: Float32Array.of(1, 2) };
  expect(recorder.digest(weights)).toBe(recorder.digest(weights));
  expect(recorder.digest({})).toBe(reference(begun));
  expect(recorder.digest({ other: Float32Array.of(3) })).not.toBe(recorder.digest(weights));
  const rest = record(recorder, 3);
  expect(recorder.digest({})).toBe(reference([...begun, ...rest]));
});

test("a restored recorder goes on as if never interrupted", async () => {
  for (const events of [0, 1, 100, 1000]) {
    const recorder = await createCurveRecorder();
    const begun = record(recorder, events);
    const state = recorder.state();
    const restored = await createCurveRecorder(state);
    const rest = record(recorder, 50);
    expect(record(restored, 50)).toEqual(rest);
    expect(restored.digest({})).toBe(recorder.digest({}));
    expect(restored.digest({})).toBe(reference([...begun, ...rest]));
  }
});

test("equal curves have equal states, however they were interrupted", async () => {
  const straight = await createCurveRecorder();
  let interrupted = await createCurveRecorder();
  for (const events of [1, 7, 300, 2, 205]) {
    record(straight, events);
    record(interrupted, events);
    interrupted.digest({ weight: new Float32Array(333).fill(events) });
    interrupted = await createCurveRecorder(interrupted.state());
  }
  expect(interrupted.state()).toEqual(straight.state());
});

test("every NaN counts as the same value", async () => {
  const negative = new Float64Array(new BigUint64Array([0xfff8000000000123n]).buffer)[0]!;
  const quiet = await createCurveRecorder();
  const odd = await createCurveRecorder();
  quiet.update(1, Number.NaN);
  odd.update(1, negative);
  const oddWeights = new Float32Array(new Uint32Array([0xffc00001, 0x7fa00000]).buffer);
  const weights = new Float32Array(new Uint32Array([0x7fc00000, 0x7fc00000]).buffer);
  expect(odd.digest({ weights: oddWeights })).toBe(quiet.digest({ weights }));
  expect(quiet.digest({ weights })).toBe(reference([1, Number.NaN], [weights]));
});

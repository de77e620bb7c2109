// Whether all elements are finite: every place counts, whatever part of a round it is in.
import { describe, expect, it } from "vitest";
import { createWasmBackend } from "./index.ts";

describe("allFinite", () => {
  const wasm = createWasmBackend();
  const allFinite = (data: Float32Array): boolean => {
    const [buffer, flag] = [wasm.allocate("float32", data.length), wasm.allocate("bool", 1)];
    wasm.write(buffer, data);
    const input = { shape: [data.length], dtype: "float32", buffer } as const;
    wasm.execute("allFinite", {}, [input], { shape: [], dtype: "bool", buffer: flag });
    const got = new Int32Array(1);
    wasm.read(flag, got);
    return got[0] === 1;
  };
  it.each([1, 3, 4, 15, 16, 17, 35])("sees every place of %d elements", (count) => {
    const largest = Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 3.4e38 : -1e-45));
    expect(allFinite(largest)).toBe(true);
    for (const value of [Infinity, -Infinity, Number.NaN])
      for (let at = 0; at < count; at++)
        expect(allFinite(largest.map((x, i) => (i === at ? value : x))), `${value} at ${at}`).toBe(false);
  });
});

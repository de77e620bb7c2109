import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

test("tensors are read from any view of bytes, Node's pooled Buffers too", () => {
  const values = Float64Array.of(1, 2, 3);
  const bytes = encodeSafetensors(new Map([["values", { shape: [3], data: values }]]));
  const padded = new Uint8Array(bytes.length + 3);
  padded.set(bytes, 3);
  for (const view of [bytes, padded.subarray(3), Buffer.from(bytes)])
    expect(decodeSafetensors(view).tensors.get("values")?.data).toEqual(values);
});

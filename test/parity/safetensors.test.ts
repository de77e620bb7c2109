// Files in the safetensors format: what good ones hold, bit for bit, and that bad ones are refused.
import { decodeSafetensors, SafetensorsError } from "@agon/tensor";
import { expect } from "vitest";
import { describeFixture } from "./fixtures.ts";

interface Stored {
  readonly value: { readonly shape: readonly number[]; readonly data: readonly unknown[] };
}

describeFixture("safetensors", {
  safetensors_read({ params, plainOutputs }) {
    const bytes = new Uint8Array(Buffer.from(params.base64 as string, "base64"));
    if (params.verdict === "reject") {
      expect(() => decodeSafetensors(bytes)).toThrow(SafetensorsError);
      return;
    }
    if (params.verdict === "either") return;
    const { tensors, metadata } = decodeSafetensors(bytes);
    const wanted = (plainOutputs.tensors ?? {}) as Readonly<Record<string, Stored>>;
    expect([...tensors.keys()].sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, { value }] of Object.entries(wanted)) {
      const found = tensors.get(name);
      expect(found?.shape).toEqual(value.shape);
      expect(Array.from(found?.data ?? [], String), name).toEqual(
        Array.from(value.data, (one) => shown(one, found?.data)),
      );
    }
    expect(metadata).toEqual(plainOutputs.metadata ?? {});
  },
});

/** A number of the golden data as the array would hold it. */
const shown = (value: unknown, array: unknown): string => {
  if (typeof value === "boolean") return String(Number(value));
  return array instanceof Float32Array ? String(Math.fround(Number(value))) : String(value);
};

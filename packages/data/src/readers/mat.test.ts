import { expect, test } from "vitest";
import { compressedMat, plainMat } from "../recipes/originals.test-data.ts";
import { DataError } from "./data-error.ts";
import { readMat } from "./mat.ts";

test.each([
  ["compressed", compressedMat],
  ["plain", plainMat],
])("sparse matrices are read by name, other arrays passed over: %s", (_, bytes) => {
  const matrices = readMat(bytes);
  expect([...matrices.keys()]).toEqual(["network", "group"]);
  const columns = (name: string) => matrices.get(name)?.columns.map((rows) => [...rows]);
  expect(columns("network")).toEqual([[1, 3], [0, 2], [1], [0]]);
  expect(columns("group")).toEqual([
    [0, 3],
    [1, 3],
    [0, 3],
  ]);
  expect(matrices.get("group")?.shape).toEqual([4, 3]);
});

test.each([
  ["compressed", compressedMat],
  ["plain", plainMat],
])("a file that is cut off or changed is an error or read, and the error says where: %s", (_, bytes) => {
  const read = (changed: Uint8Array): unknown => {
    try {
      return readMat(changed, { file: "x.mat" });
    } catch (error) {
      return error;
    }
  };
  for (let length = 0; length < bytes.length; length++) {
    const found = read(bytes.slice(0, length));
    // Where one matrix ends and the next begins a file may end too.
    if (found instanceof Map) expect(found.size).toBeLessThan(3);
    else expect(found, `${length} bytes`).toBeInstanceOf(DataError);
  }
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 0x41;
    const found = read(changed);
    expect(found instanceof Map || found instanceof DataError, `byte ${at}: ${String(found)}`).toBe(true);
  }
  expect(() => readMat(new Uint8Array(200), { file: "x.mat" })).toThrow(
    "x.mat: header at byte 124: expected version 1 and little-endian numbers.",
  );
});

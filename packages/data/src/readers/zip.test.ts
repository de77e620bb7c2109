import { expect, test } from "vitest";
import { brownZip } from "../recipes/originals.test-data.ts";
import { DataError } from "./data-error.ts";
import { readZip } from "./zip.ts";

test("stored and deflated files are read by name, folders passed over", () => {
  const files = readZip(brownZip);
  expect([...files.keys()]).toEqual(["brown/cats.txt", "brown/ca01", "brown/ce02"]);
  const text = (name: string): string => new TextDecoder().decode(files.get(name));
  expect(text("brown/cats.txt")).toBe("ca01 news\nce02 hobbies\n");
  expect(text("brown/ce02")).toBe("\tNo/rb \n");
});

test("an archive that is cut off, or none, is named", () => {
  for (let length = 0; length < brownZip.length; length += 7)
    expect(() => readZip(brownZip.subarray(0, length), { file: "brown.zip" })).toThrow(DataError);
  expect(() => readZip(new Uint8Array(100), { file: "brown.zip" })).toThrow(
    /^brown\.zip: zip archive at byte 0: cannot be unpacked \(invalid zip data\)/,
  );
});

import { expect, test } from "vitest";
import { ally, graph, mixedPickle, tx } from "../recipes/originals.test-data.ts";
import { DataError } from "./data-error.ts";
import { Instance, readPickle } from "./pickle.ts";

test("numbers, texts, lists, tuples and dictionaries are read; nothing is called", () => {
  const found = readPickle(mixedPickle);
  if (!(found instanceof Map)) throw new Error("no dictionary");
  expect(found.get("t")).toEqual([1, -2, 70_000, true, false, null]);
  expect([found.get("u"), found.get("one"), found.get("p")]).toEqual([["a", "b"], [1], [1, 2]]);
  const neighbours = found.get("graph");
  if (!(neighbours instanceof Instance)) throw new Error("no instance");
  expect(neighbours.type).toBe("collections.defaultdict");
  expect([...neighbours.items]).toEqual([
    [0, [300, 2, 2]],
    [1, []],
    [2, [0]],
    [300, [0, 300]],
  ]);
});

test("an array is what it would be made of, its bytes a character each", () => {
  const array = readPickle(ally);
  if (!(array instanceof Instance)) throw new Error("no instance");
  expect(array.type).toBe("numpy.core.multiarray._reconstruct");
  const [version, shape, type, fortran, bytes] = array.state as [number, number[], Instance, boolean, string];
  expect([version, shape, type.arguments[0], fortran]).toEqual([1, [3, 2], "i4", false]);
  expect(Array.from(bytes, (character) => character.charCodeAt(0)).filter((_, i) => i % 4 === 0)).toEqual([
    1, 0, 0, 1, 0, 1,
  ]);
});

test("a pickle that is cut off or changed is an error or read, and the error says where", () => {
  for (const bytes of [mixedPickle, tx, graph]) {
    for (let length = 0; length < bytes.length; length++)
      expect(() => readPickle(bytes.slice(0, length))).toThrow(DataError);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] ^= 0x41;
      try {
        readPickle(changed);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(DataError);
      }
    }
  }
  expect(() => readPickle(new TextEncoder().encode("I1\n."), { file: "x" })).toThrow(
    'x: opcode at byte 0: "I" is not known here.',
  );
});

import { describe, expect, test } from "vitest";
import { CharacterTokenizer, encodeTexts, text } from "./index.ts";

describe("a text becomes", () => {
  const letters = CharacterTokenizer.train("abcdefghij");
  const tokens = () => text("abcdefghij").tokenize(letters);
  test("windows of tokens, with the next tokens as targets", () => {
    const windows = tokens().windows(3);
    const { tokens: read, targets } = windows.tensors();
    expect([read.shape, read.dtype, windows.input, windows.target]).toEqual([[3, 3], "int32", "tokens", "targets"]);
    expect([...read.dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...targets.dataSync()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const dense = tokens().windows(8, { stride: 1 });
    expect([dense.length, ...dense.column("tokens").data.slice(8)]).toEqual([2, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(tokens().windows(9).length).toBe(1);
  });
  test("a part to train on and the rest", () => {
    const { train, validation } = tokens().split(0.75);
    expect([[...train.tokens], [...validation.tokens]]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ]);
  });
  test("nothing where it is too short", () => {
    expect(() => tokens().windows(10)).toThrow(
      "windows: 10 tokens; expected at least 11 for a window of 10 and its targets.",
    );
    expect(() => tokens().windows(3, { stride: 0 })).toThrow("windows: stride is 0");
    expect(() => tokens().split(1)).toThrow("split: share is 1");
  });
  test("an example of a given length, among others with labels", () => {
    const reviews = encodeTexts({ texts: ["abc", "abcdefg", ""], labels: [1, 0, 1] }, letters, {
      length: 5,
      padding: 9,
    });
    const { tokens: read, lengths, labels } = reviews.tensors();
    expect([...read.dataSync()]).toEqual([0, 1, 2, 9, 9, 0, 1, 2, 3, 4, 9, 9, 9, 9, 9]);
    expect([[...lengths.dataSync()], [...labels.dataSync()]]).toEqual([
      [3, 5, 1],
      [1, 0, 1],
    ]);
    expect(() => encodeTexts({ texts: ["a"], labels: [] }, letters, { length: 5 })).toThrow(
      "encodeTexts: 1 texts, 0 labels",
    );
    expect(() => encodeTexts({ texts: [], labels: [] }, letters, { length: 0 })).toThrow("encodeTexts: length is 0");
  });
});

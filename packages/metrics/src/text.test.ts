import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import { candidates, corpusScores, references, sentenceScores, tokens } from "./bleu.test-data.ts";
import {
  bleu,
  bleuScore,
  characterErrorRate,
  editDistance,
  sentenceBleu,
  tokenErrorRate,
  tokenize13a,
  wordErrorRate,
} from "./index.ts";

type Smoothing = "exp" | "floor" | "add-one" | "none";

describe("BLEU equals sacreBLEU", () => {
  test.each(tokens)("in the tokens of %j", (text, want) => expect(tokenize13a(text)).toEqual(want));
  test.each(Object.entries(corpusScores))("of a corpus: %s", (setting, want) => {
    const [smoothing, order] = setting.split("/");
    expect(bleu(candidates, references, { smoothing: smoothing as Smoothing, maxOrder: Number(order) })).toBeCloseTo(
      want,
      12,
    );
  });
  test.each(sentenceScores)("of sentences: %s", (smoothing, want) => {
    candidates.forEach((candidate, i) =>
      expect(sentenceBleu(candidate, references[i], { smoothing: smoothing as Smoothing })).toBeCloseTo(want[i], 12),
    );
  });
});

describe("BLEU", () => {
  test("of tokens that hold spaces does not mistake them for several", () => {
    expect(bleuScore([["a b", "c"]], [[["a", "b c"]]]).matches).toEqual([0, 0, 0, 0]);
  });
  test("of empty candidates is 0", () => {
    expect(bleu([[]], [[["a"]]])).toBe(0);
    expect(bleuScore([[]], [[["a"]]]).brevityPenalty).toBe(0);
  });
  test("names the sentence that is none", () => {
    expect(() => bleu(["a"], [])).toThrow("bleu: 1 candidates, references for 0");
    expect(() => bleu(["a"], [[]])).toThrow(
      "bleu: references[0] is no list of references; expected at least one sentence.",
    );
    expect(() => bleu(["a"], ["a"] as never)).toThrow("bleu: references[0] is no list of references");
    expect(() => bleu([3 as never], [["a"]])).toThrow("bleu: candidates[0] is neither text nor a list of tokens.");
    expect(() => bleu("abc" as never, [["a"]])).toThrow("bleu: expected an array of candidates");
    expect(() => bleu(["a"], [["a"]], { maxOrder: 0 })).toThrow("bleu: maxOrder is 0");
    expect(() => bleu(["a"], [["a"]], { smoothing: "add1" as never })).toThrow('bleu: smoothing is "add1"');
  });
});

describe("edit distance", () => {
  /** By the definition, without memory. */
  const slow = (a: string, b: string): number =>
    a === "" || b === ""
      ? a.length + b.length
      : Math.min(
          slow(a.slice(1), b) + 1,
          slow(a, b.slice(1)) + 1,
          slow(a.slice(1), b.slice(1)) + Number(a[0] !== b[0]),
        );

  test("equals its definition", () => {
    const random = createRandom(5);
    const text = (): string => Array.from({ length: random.integer(6) }, () => "abc"[random.integer(3)]).join("");
    for (let i = 0; i < 200; i++) {
      const [a, b] = [text(), text()];
      expect(editDistance(a, b), `${a} → ${b}`).toBe(slow(a, b));
    }
  });
  test("is a metric: symmetric, 0 for equals, within the triangle", () => {
    const [a, b, c] = ["kitten", "sitting", "smitten"];
    expect(editDistance(a, b)).toBe(3);
    expect(editDistance(b, a)).toBe(3);
    expect(editDistance(a, a)).toBe(0);
    expect(editDistance(a, b)).toBeLessThanOrEqual(editDistance(a, c) + editDistance(c, b));
  });
  test("reads text by code points, and any arrays", () => {
    expect(editDistance("😀a", "😃a")).toBe(1);
    expect(editDistance(["ab", "c"], ["ab", "d", "c"])).toBe(1);
    expect(editDistance([1, 2, 3], [])).toBe(3);
    expect(() => editDistance(3 as never, "a")).toThrow("editDistance: from is number; expected text or an array.");
  });
});

describe("error rates", () => {
  test("are edits over all pairs by the elements of all references", () => {
    expect(wordErrorRate(["the  cat sat", "a"], ["the cat sat down", "b c"])).toBe(3 / 6);
    expect(characterErrorRate(["abc", ""], ["abd", "x"])).toBe(2 / 4);
    expect(tokenErrorRate([[1, 2], Int32Array.of(3)], [[1, 3], [3]])).toBe(1 / 3);
  });
  test("refuse what is no text, other lengths, and references without elements", () => {
    expect(() => wordErrorRate([1 as never], ["a"])).toThrow("wordErrorRate: candidates[0] is number; expected text.");
    expect(() => wordErrorRate(["a"], ["a", "b"])).toThrow("wordErrorRate: 1 candidates, 2 references");
    expect(() => wordErrorRate(["a"], [" "])).toThrow("wordErrorRate: all references are empty");
    expect(() => tokenErrorRate([3 as never], [[1]])).toThrow(
      "tokenErrorRate: candidates[0] is number; expected an array",
    );
  });
});

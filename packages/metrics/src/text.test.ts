import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import { candidates, corpusScores, references, sentenceScores, tokens } from "./bleu.test-data.ts";
import {
  bleu,
  bleuScore,
  characterErrorRate,
  editDistance,
  entities,
  entityScore,
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

describe("named entities", () => {
  /** By the definition: a run of I of one kind, of which the first may be B, that nothing goes on with. */
  const slow = (tags: readonly string[]): string[] =>
    tags.flatMap((_, start) =>
      tags.flatMap((__, i) => {
        const end = i + 1;
        const [first, ...rest] = tags.slice(start, end);
        if (first === undefined || first === "O") return [];
        const goesOn = (tag: string | undefined): boolean => tag === `I-${first.slice(2)}`;
        const begins = first.startsWith("B") || tags[start - 1]?.slice(2) !== first.slice(2);
        return begins && rest.every(goesOn) && !goesOn(tags[end]) ? [`${first.slice(2)} ${start} ${end}`] : [];
      }),
    );

  test("are the runs of tags by the definition", () => {
    const random = createRandom(6);
    for (let n = 0; n < 300; n++) {
      const tags = Array.from({ length: 7 }, () => ["O", "B-x", "I-x", "B-y", "I-y"][random.integer(5)]);
      expect(
        entities(tags).map(({ kind, start, end }) => `${kind} ${start} ${end}`),
        tags.join(" "),
      ).toEqual(slow(tags));
    }
  });
  test("count where words and kind are right, and only whole", () => {
    const there = [["B-person", "I-person", "O", "B-place"], ["B-firm"], ["O"]];
    const told = [["B-person", "O", "O", "B-place"], ["B-place"], ["O"]];
    const { kinds, ...all } = entityScore(told, there);
    expect(all).toEqual({ precision: 1 / 3, recall: 1 / 3, f1: 1 / 3, support: 3 });
    expect(kinds.place).toEqual({ precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 });
    expect(kinds.firm).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(Object.keys(kinds)).toEqual(["firm", "person", "place"]);
    expect(entityScore(there, there).f1).toBe(1);
    expect(entityScore([["O"]], [["O"]])).toEqual({ precision: 0, recall: 0, f1: 0, support: 0, kinds: {} });
  });
  test("refuse what is no tag, and sentences of other lengths", () => {
    expect(() => entities(["O", "person"])).toThrow(
      'entities: tags[1] is "person"; expected "O", "B-kind" or "I-kind".',
    );
    expect(() => entityScore([["O"]], [["O", "O"]])).toThrow("predictions[0] has 1 tags, targets[0] 2");
    expect(() => entityScore([["O"]], ["O" as never])).toThrow("entityScore: targets[0] is string");
    expect(() => entityScore([["O"]], [])).toThrow("entityScore: 1 sentences predicted, 0 given");
  });
});

import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import {
  BytePairTokenizer,
  CharacterTokenizer,
  type Tokenizer,
  tokenizerFrom,
  type TokenizerState,
  UNKNOWN_WORD,
  WordTokenizer,
} from "../index.ts";

const PROSE =
  "the cat sat on the mat; the other cat sat on the other mat.\n\nThe mats, 12 of them, were Zoë's — naïve! 😀 ".repeat(
    3,
  );

const roundTrip = (tokenizer: Tokenizer): Tokenizer =>
  tokenizerFrom(JSON.parse(JSON.stringify(tokenizer.state())) as TokenizerState);

/** Text of all kinds of characters: astral ones, marks, spaces, controls, a byte-order mark. */
const odd = (seed: number): string => {
  const random = createRandom(seed);
  const alphabet = [
    "a",
    "é",
    "e\u0301",
    "😀",
    "🇩🇪",
    " ",
    "  ",
    "\n",
    "\t",
    "\u0000",
    "\uFEFF",
    "7",
    "١",
    "-",
    "<eos>",
    "漢",
    "’",
    "\u00a0",
    "the",
  ];
  return Array.from({ length: random.integer(60) }, () => alphabet[random.integer(alphabet.length)]).join("");
};

describe("byte pairs", () => {
  const trained = () => BytePairTokenizer.train(PROSE, { size: 290, special: ["<eos>", "<eos>!"] });

  test("give every text back exactly", () => {
    const tokenizer = trained();
    for (let seed = 0; seed < 300; seed++) expect(tokenizer.decode(tokenizer.encode(odd(seed)))).toBe(odd(seed));
    expect(tokenizer.decode(tokenizer.encode(PROSE))).toBe(PROSE);
    expect(tokenizer.encode("")).toHaveLength(0);
  });
  test("shorten the text they were trained on", () => {
    const bytes = new TextEncoder().encode(PROSE).length;
    expect(trained().encode(PROSE).length).toBeLessThan(bytes / 2);
    expect(BytePairTokenizer.train("", { size: 256 }).encode(PROSE)).toHaveLength(bytes);
  });
  test("are joined from the most frequent on, as counting anew after each merge would", () => {
    const { merges } = trained().state();
    expect(merges.length).toBe(290 - 256 - 2);
    const pieces = Array.from(
      PROSE.matchAll(/ ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?=\s)|\s+/gu),
      ([piece]) => Array.from(new TextEncoder().encode(piece)),
    );
    merges.forEach(([a, b], i) => {
      const counts = new Map<string, number>();
      for (const piece of pieces)
        for (let k = 0; k + 1 < piece.length; k++) {
          const key = `${piece[k]} ${piece[k + 1]}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      const most = Math.max(...counts.values());
      const [best] = [...counts]
        .filter(([, count]) => count === most)
        .map(([key]) => key.split(" ").map(Number))
        .sort((x, y) => x[0] - y[0] || x[1] - y[1]);
      expect([a, b], `merge ${i}`).toEqual(best);
      pieces.forEach((piece) => {
        for (let k = 0; k + 1 < piece.length; k++)
          if (piece[k] === a && piece[k + 1] === b) piece.splice(k, 2, 256 + i);
      });
    });
  });
  test("never cross from a word into the next", () => {
    const { merges } = BytePairTokenizer.train("ab ab ab ab ab ab ", { size: 1000 }).state();
    // "ab", and " ab": the space belongs to the word after it.
    expect(merges).toHaveLength(2);
  });
  test("keep special tokens whole, the longest first", () => {
    const tokenizer = trained();
    const [eos, longer] = [tokenizer.numberOf("<eos>"), tokenizer.numberOf("<eos>!")];
    expect([eos, longer]).toEqual([288, 289]);
    expect([...tokenizer.encode("a<eos>!<eos>b")]).toEqual([97, longer, eos, 98]);
    const signs = BytePairTokenizer.train("", { size: 257, special: ["<|end-of-text|>"] });
    expect([...signs.encode("<|end-of-text|>|")]).toEqual([256, 124]);
    expect(() => tokenizer.numberOf("<pad>")).toThrow('numberOf: no special token "<pad>"; there are <eos>, <eos>!.');
  });
  test("stop where no pair occurs often enough", () => {
    expect(BytePairTokenizer.train("abcd", { size: 1000 }).size).toBe(256);
    expect(BytePairTokenizer.train(["aa", "aa"], { size: 1000, leastCount: 3 }).size).toBe(256);
  });
  test("refuse what cannot be", () => {
    expect(() => BytePairTokenizer.train("a", { size: 255 })).toThrow(
      "BytePairTokenizer: size is 255; expected a whole number from 256",
    );
    expect(() => trained().decode([290])).toThrow("decode: token 290; expected whole numbers from 0 to 289.");
    expect(() => trained().decode([-1])).toThrow("decode: token -1");
    expect(() => new BytePairTokenizer({ kind: "byte-pair", merges: [[97, 257]], special: [] })).toThrow(
      "merge 0 joins 97 and 257; expected tokens below 256.",
    );
    expect(() => new BytePairTokenizer({ kind: "byte-pair", merges: [], special: ["a", "a"] })).toThrow(
      "special tokens must be distinct",
    );
  });
});

describe("characters", () => {
  test("give known text back exactly, and are numbered by code point", () => {
    for (let seed = 0; seed < 100; seed++) {
      const tokenizer = CharacterTokenizer.train(`${odd(seed)}.`);
      expect(tokenizer.decode(tokenizer.encode(odd(seed)))).toBe(odd(seed));
    }
    expect([...CharacterTokenizer.train("cab😀").encode("abc😀")]).toEqual([0, 1, 2, 3]);
    expect(CharacterTokenizer.train(PROSE).size).toBe(new Set(PROSE).size);
  });
  test("that are not known are an error, or become another", () => {
    expect(() => CharacterTokenizer.train("ab").encode("abc")).toThrow(
      'encode: "c" at character 2 was not in the training text',
    );
    const lenient = CharacterTokenizer.train("ab", { unknown: "�" });
    expect(lenient.decode(lenient.encode("abc"))).toBe("ab�");
    expect(() => lenient.decode([3])).toThrow("decode: token 3; expected whole numbers from 0 to 2.");
    expect(() => CharacterTokenizer.train("")).toThrow("CharacterTokenizer: 0 tokens");
    expect(() => new CharacterTokenizer({ kind: "character", characters: ["a"], unknown: "?" })).toThrow(
      'unknown is "?"',
    );
  });
});

describe("words", () => {
  test("are numbered from the most frequent on, after the unknown and the special ones", () => {
    const tokenizer = WordTokenizer.train(["the cat, the mat", "The cat's <pad>"], { special: ["<pad>"] });
    expect(tokenizer.state().words).toEqual([UNKNOWN_WORD, "<pad>", "the", ",", "The", "cat", "cat's", "mat"]);
    expect([...tokenizer.encode("the dog , <pad> cat")]).toEqual([2, 0, 3, 1, 5]);
    expect([tokenizer.numberOf("<pad>"), tokenizer.numberOf("dog")]).toEqual([1, 0]);
  });
  test("give text of known words with single spaces back exactly", () => {
    const sentence = "it 's not a silly film , naïve 漢字 … but charming !";
    const tokenizer = WordTokenizer.train([sentence]);
    expect(tokenizer.decode(tokenizer.encode(sentence.replace("'s", "' s")))).toBe(sentence.replace("'s", "' s"));
  });
  test("are as many as wanted, frequent enough, in lower case on request", () => {
    expect(WordTokenizer.train(["a b b c c c"], { size: 3 }).state().words).toEqual([UNKNOWN_WORD, "c", "b"]);
    expect(WordTokenizer.train(["a b b c c c"], { leastCount: 3 }).state().words).toEqual([UNKNOWN_WORD, "c"]);
    const lower = WordTokenizer.train(["The THE the"], { lowerCase: true });
    expect([lower.size, ...lower.encode("tHe")]).toEqual([2, 1]);
    expect(() => new WordTokenizer({ kind: "word", words: ["a"], lowerCase: false })).toThrow(
      'the first word is "a"; expected "<unk>".',
    );
  });
});

test.each<[string, Tokenizer]>([
  ["byte-pair", BytePairTokenizer.train(PROSE, { size: 280, special: ["<eos>"] })],
  ["character", CharacterTokenizer.train(PROSE, { unknown: "�" })],
  ["word", WordTokenizer.train([PROSE], { lowerCase: true })],
])("a %s tokenizer is the same after a round trip through JSON", (kind, tokenizer) => {
  const again = roundTrip(tokenizer);
  expect(again.size).toBe(tokenizer.size);
  expect(again.encode(PROSE)).toEqual(tokenizer.encode(PROSE));
  expect(again.decode(again.encode(PROSE))).toBe(tokenizer.decode(tokenizer.encode(PROSE)));
  expect(again.state()).toEqual(tokenizer.state());
  expect(tokenizer.state().kind).toBe(kind);
  expect(() => tokenizerFrom({ kind: "sentence" } as never)).toThrow('tokenizerFrom: kind is "sentence"');
});

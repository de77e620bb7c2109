// What sacreBLEU 2.6.0 makes of a few sentences: tokens of its default tokenizer 13a, scores divided by 100.
export const candidates: readonly string[] = [
  "The cat sat on the mat.",
  "It costs $3.50, doesn't it?",
  'well-known 10-year-old e.g. "quoted" text & more',
  "a",
  "Hello world",
  "AT&amp;T said 1,000,000 people -- maybe 5% (or so) came...",
  "Zw\u00f6lf Boxk\u00e4mpfer jagen Viktor quer \u00fcber den gro\u00dfen Sylter Deich!",
  "x y z",
];

export const references: readonly (readonly string[])[] = [
  ["The cat is on the mat.", "There is a cat on the mat."],
  ["It costs $3.5, does it not?", "It is $3.50, isn't it?"],
  ['a well known 10-year-old, e.g. "quoted" text and more', "well-known 10-year-old e.g. 'quoted' text & more"],
  ["a", "b c"],
  ["Hello, world!", "Hello world again"],
  ["AT&T said 1,000,000 people - maybe 5% - came.", "AT&T said that 1,000,000 people came..."],
  [
    "Zw\u00f6lf Boxk\u00e4mpfer jagten Viktor quer \u00fcber den gro\u00dfen Sylter Deich.",
    "Zw\u00f6lf K\u00e4mpfer jagen Viktor \u00fcber den Deich!",
  ],
  ["p q r", "s t"],
];

/** [text, its tokens]. */
export const tokens: readonly (readonly [string, readonly string[]])[] = [
  ["The cat sat on the mat.", ["The", "cat", "sat", "on", "the", "mat", "."]],
  ["It costs $3.50, doesn't it?", ["It", "costs", "$", "3.50", ",", "doesn't", "it", "?"]],
  [
    'well-known 10-year-old e.g. "quoted" text & more',
    ["well-known", "10", "-", "year-old", "e", ".", "g", ".", '"', "quoted", '"', "text", "&", "more"],
  ],
  ["a", ["a"]],
  ["Hello world", ["Hello", "world"]],
  [
    "AT&amp;T said 1,000,000 people -- maybe 5% (or so) came...",
    [
      "AT",
      "&",
      "T",
      "said",
      "1,000,000",
      "people",
      "--",
      "maybe",
      "5",
      "%",
      "(",
      "or",
      "so",
      ")",
      "came",
      ".",
      ".",
      ".",
    ],
  ],
  [
    "Zw\u00f6lf Boxk\u00e4mpfer jagen Viktor quer \u00fcber den gro\u00dfen Sylter Deich!",
    [
      "Zw\u00f6lf",
      "Boxk\u00e4mpfer",
      "jagen",
      "Viktor",
      "quer",
      "\u00fcber",
      "den",
      "gro\u00dfen",
      "Sylter",
      "Deich",
      "!",
    ],
  ],
  ["x y z", ["x", "y", "z"]],
  ["..,,", [".", ".", ",", ","]],
  ["3.5.", ["3.5", "."]],
  ["1-2-3 a-b -x", ["1", "-", "2", "-", "3", "a-b", "-x"]],
  ["<skipped>&quot;&amp;lt; a-\nb\nc  ", ['"', "<", "ab", "c"]],
  ["\u00a0a\u2003b\u001cc\ufeffd\u0085", ["a", "b", "c\ufeffd"]],
  ["-", ["-"]],
  ["", []],
  ["U.S.A., 3,000.50.", ["U", ".", "S", ".", "A", ".", ",", "3,000.50", "."]],
  [
    "'tis rock'n'roll [x]{y}|~^_`\\",
    ["'tis", "rock'n'roll", "[", "x", "]", "{", "y", "}", "|", "~", "^", "_", "`", "\\"],
  ],
  [
    "\u65e5\u672c\u8a9e\u3002\u30c6\u30b9\u30c8\u3001\u3067\u3059",
    ["\u65e5\u672c\u8a9e\u3002\u30c6\u30b9\u30c8\u3001\u3067\u3059"],
  ],
];

/** Of the corpus, by "smoothing/longest n-grams". */
export const corpusScores: Readonly<Record<string, number>> = {
  "exp/1": 0.84375,
  "exp/2": 0.7954951288348658,
  "exp/4": 0.6181042015670734,
  "floor/1": 0.84375,
  "floor/2": 0.7954951288348658,
  "floor/4": 0.6181042015670734,
  "add-one/1": 0.84375,
  "add-one/2": 0.7978177472924102,
  "add-one/4": 0.6263600993216677,
  "none/1": 0.84375,
  "none/2": 0.7954951288348658,
  "none/4": 0.6181042015670734,
};

/** Of each sentence, with effective order: [smoothing, scores]. */
export const sentenceScores: readonly (readonly [string, readonly number[]])[] = [
  [
    "exp",
    [
      0.4889230224349009, 0.37991784282579666, 0.9306048591020994, 1.0000000000000004, 0.6065306597126336,
      0.4718372009351201, 0.7071067811865478, 0.0,
    ],
  ],
  [
    "floor",
    [
      0.4889230224349009, 0.25406637407730753, 0.9306048591020994, 1.0000000000000004, 0.6065306597126336,
      0.4718372009351201, 0.7071067811865478, 0.0,
    ],
  ],
  [
    "add-one",
    [
      0.5915463685222678, 0.46530242955104967, 0.9365137582048804, 1.0000000000000004, 0.6065306597126336,
      0.5047432603002439, 0.7419446627365011, 0.0,
    ],
  ],
  [
    "none",
    [
      0.4889230224349009, 0.0, 0.9306048591020994, 1.0000000000000004, 0.6065306597126336, 0.4718372009351201,
      0.7071067811865478, 0.0,
    ],
  ],
];

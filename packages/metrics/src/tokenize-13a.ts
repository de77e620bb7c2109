// The tokens in which BLEU is counted, by the rules of NIST's mteval-v13a, which the WMT campaigns and sacreBLEU's default use.

/** White space as Python's str.split has it: unlike \s of JavaScript it holds U+001C to U+001F and U+0085, and not U+FEFF. */
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`);
const SPACES_AT_END = new RegExp(`[${SPACE}]+$`);

const ENTITIES: readonly (readonly [string, string])[] = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];

/**
 * Words and punctuation of a sentence. ASCII punctuation stands alone, except the apostrophe; full stop and comma only beside something other
 * than a digit; the hyphen only after a digit.
 */
export function tokenize13a(text: string): string[] {
  let line = text.replace(SPACES_AT_END, "").replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  return ` ${line} `
    .replace(/[!"#$%&()*+/:;<=>?@[\\\]^_`{|}~]/g, " $& ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])-/g, "$1 - ")
    .split(SPACES)
    .filter((token) => token !== "");
}

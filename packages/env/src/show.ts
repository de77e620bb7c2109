// Values as error messages name them.

const LONGEST = 100;

/** What arrived, in one line: strings in quotes, NaN and bigints as such, lists and records shortened. */
export function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return shorten(JSON.stringify(value));
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value))
    return shorten(`[${Array.from(value as ArrayLike<unknown>, show).join(", ")}]`);
  const entries = Object.entries(value).map(
    ([name, part]) => `${name}: ${typeof part === "object" ? "…" : show(part)}`,
  );
  return shorten(entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`);
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

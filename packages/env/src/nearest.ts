// Finding the names that someone who mistyped one may have meant.

/** Those of `names` closest to `name` by edit distance, letter case and punctuation aside, best first; only plausible ones. */
export function nearestNames(name: string, names: Iterable<string>, { count = 3 }: { count?: number } = {}): string[] {
  const wanted = plain(name);
  return [...names]
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, plain(candidate)) }))
    .filter(
      ({ candidate, distance }) => distance <= Math.max(2, Math.max(wanted.length, plain(candidate).length) * 0.4),
    )
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Edit distance; a name that merely starts with what was typed counts as one edit away. */
function distanceTo(typed: string, name: string): number {
  if (typed.length >= 3 && name.startsWith(typed) && name !== typed) return 1;
  return editDistance(typed, name);
}

/** Levenshtein's distance: insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length];
}

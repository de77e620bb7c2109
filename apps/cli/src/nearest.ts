// Suggestions for names that do not exist.

/** Number of insertions, deletions, replacements and swaps of neighbours that turn a into b (optimal string alignment). */
export const editDistance = (a: string, b: string): number => {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
};

/** The known names in order of likeness, at most three; those that share little with `name` only if nothing else is left. */
export const nearest = (name: string, known: readonly string[]): string[] => {
  const asked = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(asked, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const close = ranked.filter(({ distance }) => distance <= Math.max(2, asked.length / 2));
  return (close.length > 0 ? close : ranked).slice(0, 3).map(({ candidate }) => candidate);
};

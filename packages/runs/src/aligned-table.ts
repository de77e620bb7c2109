// Lines of cells as text in columns.

/** The cells in columns two spaces apart; the first `leftColumns` begin alike, as words do, the others end alike, as figures do. */
export const alignedTable = (lines: readonly (readonly string[])[], leftColumns = 1): string => {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column < leftColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

// The report as a Markdown table for people.
import type { BenchReport, BenchRow } from "./bench.ts";

export const benchTable = ({ machine, node, numerics, rows }: BenchReport): string => {
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  const shared = rows.some(({ shareOfPeak }) => shareOfPeak !== undefined);
  const wide = rows.some((row) => row.without256Bit !== undefined);
  const threads = Math.max(1, ...rows.map((row) => row.threads));
  const header = [
    "row",
    "work",
    "unit",
    "agon",
    "min – max",
    ...(wide ? ["without 256 bits"] : []),
    ...(threads > 1 ? ["one thread"] : []),
    ...(shared ? ["of peak"] : []),
    ...peers,
  ];
  const lines = rows.map((row) => [
    row.work,
    row.title,
    row.unit,
    shown(row.ours),
    `${shown(row.min)} – ${shown(row.max)}`,
    ...(wide ? [row.without256Bit ? shown(row.without256Bit.median) : "–"] : []),
    ...(threads > 1 ? [row.onOneThread ? compared(row, row.onOneThread.median) : "–"] : []),
    ...(shared ? [row.shareOfPeak === undefined ? "–" : `${(100 * row.shareOfPeak).toFixed(0)}%`] : []),
    ...peers.map((peer) => (row.peers[peer] === undefined ? "–" : compared(row, row.peers[peer]))),
  ]);
  const comparisons = rows.flatMap(({ work, comparison }) =>
    comparison
      ? [`${work} takes ${comparison.timePerOperation}× the time of ${comparison.like} per floating-point operation.`]
      : [],
  );
  const said = [...new Set(rows.flatMap((row) => row.notes))].map((note) => {
    const concerned = rows.filter((row) => row.notes.includes(note)).map((row) => row.work);
    return `${concerned.join(", ")}: ${note}`;
  });
  const notes = [...comparisons, ...peakOfC(rows), ...settingsOf(rows), ...said];
  return [
    `${machine}; Node ${node}; ${numerics} arithmetic; ${threads > 1 ? `${threads} threads` : "one thread"}; medians of interleaved rounds`,
    "",
    markdown([header, ...lines]),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
};

/** Another's figure, and how many times better ours is. */
const compared = ({ ours, better }: BenchRow, other: number): string => {
  const times = better === "lower" ? other / ours : ours / other;
  return `${shown(other)} (${times.toPrecision(2)}×)`;
};

/** What share of C's best vectors the products reach. */
const peakOfC = (rows: readonly BenchRow[]): string[] => {
  const limit = rows.find(({ work }) => work === "L-peak");
  const products = rows.filter(({ work }) => work.startsWith("A-"));
  if (limit?.peers.c === undefined || products.length === 0) return [];
  const shares = products.map(({ ours, threads }) => `${((100 * ours) / limit.peers.c / threads).toFixed(0)}%`);
  const names = products.map(({ work }) => work);
  return [
    `${names.join(", ")}: ${shares.join(", ")} of the peak of C on as many threads; on one it is ${shown(limit.peers.c)} GFLOP/s.`,
  ];
};

/** Who is meant by a peer that has several settings or versions. */
const settingsOf = (rows: readonly BenchRow[]): string[] => {
  const found = new Map<string, string[]>();
  for (const { work, peerSettings } of rows)
    for (const [peer, setting] of Object.entries(peerSettings)) {
      const key = `${peer} is ${setting}`;
      found.set(key, [...(found.get(key) ?? []), work]);
    }
  return [...found].map(([key, given]) => `${given.join(", ")}: ${key}.`);
};

const shown = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toPrecision(3)} M` : String(Number(value.toPrecision(3)));

/** A table in Markdown; the first three columns begin alike, as words do, the others end alike, as figures do. */
export const markdown = (lines: readonly (readonly string[])[]): string => {
  const widths = lines[0].map((_, column) => Math.max(3, ...lines.map((line) => line[column].length)));
  const cell = (text: string, column: number): string =>
    column < 3 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column < 3 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join("\n");
};

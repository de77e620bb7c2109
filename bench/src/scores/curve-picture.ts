// Learning curves as an SVG: a panel for each row, the mean over seeds as a line, the range of the seeds as a band. For light and dark ground.
import type { RowSummary } from "./summary.ts";

const WIDTH = 250;
const HEIGHT = 170;
const COLUMNS = 3;
/** Around the plot of a panel, for titles and the ends of the axes. */
const MARGIN = { left: 44, right: 12, top: 26, bottom: 26 } as const;

const STYLE =
  "text{font:11px system-ui,sans-serif;fill:#57606a}.name{font-weight:600}.axis{stroke:#8b949e;fill:none}" +
  ".mean{stroke:#0b84d8;stroke-width:1.6;fill:none}.range{fill:#0b84d8;opacity:.2}.bar{stroke:#159a4c;stroke-dasharray:4 3}" +
  "@media(prefers-color-scheme:dark){text{fill:#9da7b3}.mean{stroke:#5cc8ff}.range{fill:#5cc8ff}.bar{stroke:#4ade80}}";

/** One panel for each row, three side by side. */
export const curvePicture = (summaries: readonly RowSummary[]): string => {
  const columns = Math.min(COLUMNS, summaries.length);
  const [width, height] = [columns * WIDTH, Math.ceil(summaries.length / columns) * HEIGHT];
  const panels = summaries.map(
    (summary, i) =>
      `<g transform="translate(${(i % columns) * WIDTH} ${Math.floor(i / columns) * HEIGHT})">${panel(summary)}</g>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<style>${STYLE}</style>\n${panels.join("\n")}\n</svg>\n`
  );
};

interface Point {
  /** Of training. */
  readonly share: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

const panel = ({ row, records, steps }: RowSummary): string => {
  const curves = records.map(({ curve }) => curve);
  const points = curves[0].returns.flatMap((_, i): Point[] => {
    const there = curves.flatMap(({ returns }) => returns[i] ?? []);
    if (there.length === 0) return [];
    const mean = there.reduce((sum, each) => sum + each, 0) / there.length;
    return [{ share: (i + 1) / curves[0].returns.length, low: Math.min(...there), mean, high: Math.max(...there) }];
  });
  const bar = row.bar?.kind === "at least" && row.measure === "episodes" ? row.bar.score : null;
  const all = [...points.flatMap(({ low, high }) => [low, high]), ...(bar === null ? [] : [bar])];
  const [bottom, top] = [Math.min(...all), Math.max(...all)];
  const x = (share: number): number => rounded(MARGIN.left + share * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (value: number): number =>
    rounded(MARGIN.top + ((top - value) / Math.max(top - bottom, 1e-9)) * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const path = (of: readonly (readonly [number, number])[]): string => of.map((pair) => pair.join(",")).join(" ");
  const [right, floor] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const band = [
    ...points.map(({ share, high }) => [x(share), y(high)] as const),
    ...points.toReversed().map(({ share, low }) => [x(share), y(low)] as const),
  ];
  return [
    `<text class="name" x="${MARGIN.left}" y="16">${row.environment}${row.variant === undefined ? "" : `: ${row.variant}`}</text>`,
    `<path class="axis" d="M${MARGIN.left} ${MARGIN.top}V${floor}H${right}"/>`,
    `<text x="${MARGIN.left - 4}" y="${MARGIN.top + 8}" text-anchor="end">${shown(top)}</text>`,
    `<text x="${MARGIN.left - 4}" y="${floor}" text-anchor="end">${shown(bottom)}</text>`,
    `<text x="${right}" y="${floor + 14}" text-anchor="end">${shownSteps(steps)} steps</text>`,
    bar === null ? "" : `<path class="bar" d="M${MARGIN.left} ${y(bar)}H${right}"/>`,
    `<polygon class="range" points="${path(band)}"/>`,
    `<polyline class="mean" points="${path(points.map(({ share, mean }) => [x(share), y(mean)] as const))}"/>`,
  ].join("");
};

const rounded = (value: number): number => Math.round(10 * value) / 10;

const shown = (value: number): string => String(Number(value.toPrecision(3))).replace("-", "−");

const shownSteps = (steps: number): string =>
  steps >= 1e6 ? `${shown(steps / 1e6)}M` : steps >= 1000 ? `${shown(steps / 1000)}k` : shown(steps);

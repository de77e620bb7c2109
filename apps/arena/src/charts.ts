// The charts: curves of one or two lanes over environment steps, by uPlot.
import uPlot from "uplot";
import type { Series } from "./series.ts";

/** One line of a chart. */
export interface Curve {
  readonly label: string;
  readonly series: Series;
  /** Which column of the series. */
  readonly column: number;
  /** Name of the CSS custom property that holds the colour. */
  readonly colour: string;
  readonly width: number;
  readonly opacity?: number;
  /** Whether values are read off the right axis, which has a scale of its own. */
  readonly right?: boolean;
}

export interface ChartOptions {
  readonly curves: readonly Curve[];
  /** A level to reach, drawn across. */
  readonly goal?: number;
  readonly format: (value: number) => string;
}

export class Chart {
  readonly #host: HTMLElement;
  readonly #curves: readonly Curve[];
  readonly #plot: uPlot;
  /** Colours by the name of their custom property; asking the style sheet at every draw would lay the page out each time. */
  readonly #colours = new Map<string, string>();

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#host = host;
    this.#curves = options.curves;
    this.#plot = new uPlot(
      plotOptions(host, options, (name) => this.#colour(name)),
      this.#data(),
      host,
    );
  }

  /** Shows what the series hold now. */
  refresh(): void {
    this.#plot.setData(this.#data());
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth > 0 && clientHeight > 0) this.#plot.setSize({ width: clientWidth, height: clientHeight });
  }

  /** Takes the theme's colours anew. */
  refreshPalette(): void {
    this.#colours.clear();
    this.#plot.redraw(false, true);
  }

  close(): void {
    this.#plot.destroy();
  }

  #colour(name: string): string {
    const known = this.#colours.get(name) ?? getComputedStyle(this.#host).getPropertyValue(name).trim();
    this.#colours.set(name, known);
    return known;
  }

  /** One table per series, joined on the step where there are two. */
  #data(): uPlot.AlignedData {
    const tables: uPlot.AlignedData[] = [];
    for (const series of new Set(this.#curves.map((curve) => curve.series))) {
      const columns = this.#curves
        .filter((curve) => curve.series === series)
        .map(({ column }) => series.column(column));
      tables.push([series.column(0), ...columns]);
    }
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
  }
}

function columnsOf(plot: uPlot, scale: string): readonly Column[] {
  return plot.series.flatMap((series, index) =>
    index > 0 && series.scale === scale ? [plot.data[index] as Column] : [],
  );
}

function plotOptions(
  host: HTMLElement,
  { curves, goal, format }: ChartOptions,
  colour: (name: string) => string,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colour("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const upright: uPlot.Axis = { ...axis, size: 48, gap: 4, space: 28, values: (_, ticks) => ticks.map(format) };
  const right = curves.find((curve) => curve.right)?.colour;
  const left = right === undefined ? undefined : curves.find((curve) => !curve.right)?.colour;
  return {
    width: Math.max(1, host.clientWidth),
    height: Math.max(1, host.clientHeight),
    legend: { show: false },
    padding: [8, right === undefined ? 18 : 0, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_, _low, high) => [0, high || 1] },
      y: { range: (plot) => rangeOf(columnsOf(plot, "y"), goal) },
      right: { range: (plot) => rangeOf(columnsOf(plot, "right")) },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        label: "environment steps",
        labelSize: 16,
        labelFont: axis.font,
        values: (_, ticks) => ticks.map(compactNumber),
      },
      { ...upright, scale: "y", ...(left === undefined ? {} : { stroke: () => colour(left) }) },
      ...(right === undefined
        ? []
        : [{ ...upright, scale: "right", side: 1, grid: { show: false }, stroke: () => colour(right) }]),
    ],
    series: [
      {},
      ...curves.map(
        (curve): uPlot.Series => ({
          label: curve.label,
          stroke: () => colour(curve.colour),
          width: curve.width,
          alpha: curve.opacity ?? 1,
          scale: curve.right === true ? "right" : "y",
          spanGaps: true,
          points: { show: false },
        }),
      ),
    ],
    hooks: goal === undefined ? {} : { drawAxes: [(plot) => drawGoal(plot, goal, colour("--good"))] },
  };
}

type Column = ArrayLike<number | null | undefined>;

/** Room for the curves and, once it comes near, for the goal. Of long curves the rarest extremes are left out, lest one dwarf the rest. */
function rangeOf(columns: readonly Column[], goal?: number): uPlot.Range.MinMax {
  const values = sortedNumbers(columns);
  if (values.length === 0) return [0, goal ?? 1];
  const left = values.length < 400 ? 0 : Math.floor(values.length * 0.01);
  const low = values[left];
  const highest = values[values.length - 1 - left];
  const high = goal !== undefined && highest > goal / 2 ? Math.max(highest, goal) : highest;
  const margin = (high - low || Math.abs(high) || 1) * 0.08;
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
}

function sortedNumbers(columns: readonly Column[]): Float64Array {
  const numbers = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const column of columns) {
    for (let row = 0; row < column.length; row++) {
      const value = column[row];
      if (value != null) numbers[count++] = value;
    }
  }
  return numbers.subarray(0, count).sort();
}

function drawGoal(plot: uPlot, goal: number, colour: string): void {
  const y = plot.valToPos(goal, "y", true);
  const { left, top, width, height } = plot.bbox;
  if (y < top || y > top + height) return;
  const context = plot.ctx;
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = devicePixelRatio;
  context.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(left + width, y);
  context.stroke();
  context.restore();
}

/** 12 345 → "12.3K", with a real minus sign; for ticks. */
export function compactNumber(value: number): string {
  return compact.format(value).replace("-", "−");
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

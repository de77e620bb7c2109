// A lab's report as one HTML file: question, claims, tables and curves; uPlot is inside, so that the file needs nothing.
import { createRequire } from "node:module";
import { cellText, type Chart, type Claim, type Table } from "@agon/labs";
import { readFileBytes } from "@agon/runs/node";
import type { LabReport } from "./lab.ts";

const resolve = createRequire(import.meta.url).resolve;

export const labPage = async (report: LabReport): Promise<string> => {
  const [script, style] = await Promise.all(["uPlot.iife.min.js", "uPlot.min.css"].map(readPlotFile));
  const { title, question, claims, tables, charts, seed, scale, numerics, seconds, id } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p>${escape(question)}</p>
<ul class="claims">${claims.map(claimItem).join("")}</ul>
${charts.map((chart, i) => `<h2>${escape(chart.title)}</h2><div class="chart" id="chart-${i}"></div>`).join("\n")}
${tables.map(tableElement).join("\n")}
<footer><code>agon lab ${escape(id)} --seed ${seed}${scale === "quick" ? " --quick" : ""}</code>, ${numerics}, ${seconds.toFixed(1)} s</footer>
</main>
<script>${script}</script>
<script>
const charts = ${dataIn(charts)};
${DRAW}
</script>
</body>
</html>
`;
};

const readPlotFile = async (name: string): Promise<string> =>
  new TextDecoder().decode(await readFileBytes(resolve(`uplot/dist/${name}`)));

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter] ?? letter);

/** JSON that cannot end the script element. */
const dataIn = (charts: readonly Chart[]): string => JSON.stringify(charts).replaceAll("<", "\\u003c");

const claimItem = ({ says, measured, holds }: Claim): string =>
  `<li class="${holds ? "holds" : "fails"}">${escape(says)}: <b>${escape(measured)}</b></li>`;

const tableElement = ({ title, columns, rows }: Table): string => {
  const line = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
  return `<h2>${escape(title)}</h2>
<div class="scroll"><table>${line(columns, "th")}${rows.map((row) => line(row.map(cellText), "td")).join("")}</table></div>`;
};

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fff; --line: #d5dae2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --paper: #14181f; --line: #39414e; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.claims { list-style: none; padding: 0; } .claims li::before { display: inline-block; width: 1.6em; }
.holds::before { content: "✓"; color: #1a8f4c; } .fails::before { content: "✗"; color: #d13b3b; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
td, th { padding: 4px 12px; border-bottom: 1px solid var(--line); text-align: right; } td:first-child, th:first-child { text-align: left; }
footer { margin-top: 2rem; opacity: .7; }
.u-legend { font-size: 14px; }`;

/** Runs in the page. */
const DRAW = `
const colours = ["#3b78d8", "#e0793a", "#2f9e63", "#b04bc0", "#c8443c", "#8a8f2a", "#3aa6b0", "#8c6d4f", "#777f8c", "#e0b23a"];
const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink");
const tick = (v) => (v === null ? "" : v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? v.toExponential(0) : String(Number(v.toPrecision(6))));
const axis = (label) => ({ label, stroke: ink, values: (_, ticks) => ticks.map(tick), grid: { stroke: "#8884", width: 1 }, ticks: { stroke: "#8886" } });
const distribution = (scale) => (scale === "logarithmic" ? 3 : 1);
charts.forEach(({ x, y, series }, i) => {
  const place = document.getElementById("chart-" + i);
  new uPlot({
    width: place.clientWidth, height: 340,
    scales: { x: { time: false, distr: distribution(x.scale) }, y: { distr: distribution(y.scale) } },
    axes: [axis(x.label), { ...axis(y.label), size: 70 }],
    series: [{ label: x.label }, ...series.map(({ label, mark }, k) => ({
      label, stroke: colours[k % colours.length], width: 2, spanGaps: true,
      ...(mark === "points" ? { paths: () => null, points: { show: true, size: 5, fill: colours[k % colours.length] } } : { points: { show: x.values.length < 40 } }),
    }))],
  }, [x.values, ...series.map(({ values }) => values)], place);
});`;

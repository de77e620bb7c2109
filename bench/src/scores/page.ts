// docs/scores.md: what was reached, beside what others have published.
import { EVALUATION_EPISODES, type ScoreRow } from "./row.ts";
import type { RowSummary } from "./summary.ts";
import { markdown } from "../table.ts";

const HEAD = `# Scores

What each algorithm reaches on each environment. \`npm run --silent agon -- bench scores\` runs the runs that are missing, keeps each as a small record under
[scores](scores), and writes this page and the curves in [algorithms](algorithms) from the records; stopped, it goes on where it was. \`--only 'dqn-*'\` takes rows
by name, \`--quick\` those of seconds, which the tests train anew.

- Each seed is a training run with the algorithm's tuned options (\`packages/rl/src/tuned\`) or, where the row says so, others. Options were tuned on seeds
  from 1000 up; the seeds shown are 1, 2, 3, …
- A run is scored by ${EVALUATION_EPISODES} deterministic episodes on an environment of its own, rewards as they are. "exact": by the greedy policy's value from the
  transition table, over all starts and within the time limit. "online": by the mean return of training's episodes 101 to 500. "chart": by the share of
  Blackjack's states in which the policy is that of Sutton & Barto's chart.
- ours: mean ± standard deviation over seeds; IQM: the interquartile mean over seeds, with its 95% bootstrap interval (Agarwal et al. 2021).
- A row passes (✓) when its IQM meets the bar and enough of the seeds do by themselves, 4 of 5 where nothing else is said. While seeds are missing
  it neither passes nor fails.
- seconds: processor time of training, mean over seeds. Machines are named in the records.
- zoo: rl-zoo3's benchmark.md, one run each, v2.x; CRL: CleanRL's documentation, 3 seeds and more, return in training, 500 000 steps where nothing else is said;
  S&B: Sutton & Barto 2018. Steps in brackets.
`;

/** The page's text. Rows of one environment stand together. */
export const scoresPage = (summaries: readonly RowSummary[]): string => {
  const environments = [...new Set(summaries.map(({ row }) => row.environment))];
  const sections = environments.map((id) => {
    const lines = summaries.filter(({ row }) => row.environment === id).map(line);
    return `## ${id}\n\n${markdown([COLUMNS, ...lines])}\n`;
  });
  return [HEAD, ...sections].join("\n");
};

const COLUMNS = ["algorithm", "row", "published", "bar", "ours", "IQM (interval)", "reached", "steps", "seconds"];

const line = (summary: RowSummary): string[] => {
  const { row, records, mean, std, interquartileMean, interval, steps, seconds } = summary;
  const none = records.length === 0;
  const shown = (value: number): string => digits(value, mean);
  return [
    row.variant === undefined ? row.algorithm : `${row.algorithm}: ${row.variant}`,
    `\`${row.id}\``,
    row.published,
    barText(row),
    none ? "–" : `${shown(mean)} ± ${shown(std)}`,
    interval === null ? "–" : `${shown(interquartileMean)} (${shown(interval.low)} – ${shown(interval.high)})`,
    verdict(summary),
    none ? `${row.steps}` : steps.toFixed(0),
    none ? "–" : seconds.toFixed(1),
  ];
};

const barText = ({ bar, measure, needed, seeds, episodes }: ScoreRow): string => {
  const usual = needed === Math.ceil(0.8 * seeds) || bar?.kind === "at least as" ? "" : `, ${needed} of ${seeds}`;
  const limit = episodes === undefined ? "" : ` in ${episodes} episodes`;
  const how = measure === "episodes" ? "" : `, ${measure}`;
  switch (bar?.kind) {
    case undefined:
      return `–${how}`;
    case "at least":
      return `≥ ${signed(String(bar.score))}${limit}${usual}${how}`;
    case "at least as":
      return `IQM ≥ that of \`${bar.row}\`${how}`;
    case "above":
      return `> \`${bar.row}\`${usual}${how}`;
  }
};

const verdict = ({ row, records, reached, passed }: RowSummary): string => {
  if (records.length < row.seeds) return `${records.length} of ${row.seeds} seeds run`;
  const sign = passed === null ? "" : passed ? " ✓" : " ✗";
  return reached === null || row.bar?.kind === "at least as"
    ? `${records.length} seeds${sign}`
    : `${reached} of ${row.seeds}${sign}`;
};

/** With as many decimals as suit the size of `like`: returns of a lake are shares of one, those of a pole hundreds. */
const digits = (value: number, like: number): string => {
  const size = Math.abs(like);
  return Number.isNaN(value) ? "–" : signed(value.toFixed(size < 1 ? 4 : size < 10 ? 2 : 1));
};

const signed = (number: string): string => number.replace("-", "−");

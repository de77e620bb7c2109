// What a metric is: a function of predictions and targets that also runs over batches, from one definition for both.

/** JSON data. */
export type Plain = number | string | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Where a running metric is, as JSON data. */
export interface MetricState {
  /** Name of the metric. */
  readonly metric: string;
  /** The options it was started with; a state goes on only under the same. */
  readonly options: Plain;
  /** Samples seen. */
  readonly samples: number;
  readonly counts: Plain;
}

/** A metric: `metric(predictions, targets, options)` at once, `metric.stream(options)` over batches; the two give the same. */
export interface Metric<Predictions, Targets, Options, Result> {
  (predictions: Predictions, targets: Targets, options?: Options): Result;
  /** Starts anew, over batches. */
  stream(options?: Options): RunningMetric<Predictions, Targets, Result>;
}

/** A metric over batches. */
export interface RunningMetric<Predictions, Targets, Result> {
  readonly metric: string;
  /** Samples seen. */
  readonly samples: number;
  /** Takes a batch in; one that is refused (an error is thrown) leaves everything as it was. */
  update(predictions: Predictions, targets: Targets): void;
  /** The value over all batches so far. */
  result(): Result;
  /** Forgets everything. */
  reset(): void;
  /** Takes in what another of the same metric and options has seen, which it leaves as it is: for parts counted apart. */
  merge(other: RunningMetric<Predictions, Targets, Result>): void;
  state(): MetricState;
  /** Goes on from a state that `state()` gave, also after a round trip through JSON. */
  restore(state: MetricState): void;
}

/** How a metric counts. `Counts` is JSON data that grows in place; `Options` too. */
export interface Definition<Predictions, Targets, Options, Counts, Result> {
  readonly name: string;
  /** Checks the options, and says how nothing looks. */
  empty(options: Options): Counts;
  /** Takes in a batch, having checked it first, and returns how many samples it had. */
  add(counts: Counts, predictions: Predictions, targets: Targets, options: Options): number;
  merge(counts: Counts, other: Counts): void;
  result(counts: Counts, options: Options): Result;
}

export function defineMetric<Predictions, Targets, Options extends object, Counts extends object, Result>(
  definition: Definition<Predictions, Targets, Options, Counts, Result>,
): Metric<Predictions, Targets, Options, Result> {
  const stream = (options: Options = {} as Options) => new Running(definition, options);
  const atOnce = (predictions: Predictions, targets: Targets, options?: Options): Result => {
    const running = stream(options);
    running.update(predictions, targets);
    return running.result();
  };
  return Object.assign(atOnce, { stream });
}

class Running<Predictions, Targets, Options, Counts extends object, Result>
  implements RunningMetric<Predictions, Targets, Result>
{
  readonly metric: string;
  samples = 0;
  private readonly definition: Definition<Predictions, Targets, Options, Counts, Result>;
  private readonly options: Options;
  private counts: Counts;

  constructor(definition: Definition<Predictions, Targets, Options, Counts, Result>, options: Options) {
    this.metric = definition.name;
    this.definition = definition;
    this.options = options;
    this.counts = definition.empty(options);
  }

  update(predictions: Predictions, targets: Targets): void {
    this.samples += this.definition.add(this.counts, predictions, targets, this.options);
  }

  result(): Result {
    if (this.samples === 0)
      throw new RangeError(
        `${this.metric}: has seen no samples; update it with at least one before asking for a result.`,
      );
    return this.definition.result(this.counts, this.options);
  }

  reset(): void {
    this.samples = 0;
    this.counts = this.definition.empty(this.options);
  }

  merge(other: RunningMetric<Predictions, Targets, Result>): void {
    const state = other.state();
    this.expectSame("merge", state);
    this.definition.merge(this.counts, state.counts as unknown as Counts);
    this.samples += state.samples;
  }

  state(): MetricState {
    return {
      metric: this.metric,
      options: canonical(this.options),
      samples: this.samples,
      counts: canonical(this.counts),
    };
  }

  restore(state: MetricState): void {
    this.expectSame("restore", state);
    this.counts = canonical(state.counts) as unknown as Counts;
    this.samples = state.samples;
  }

  private expectSame(action: string, { metric, options, samples, counts }: MetricState): void {
    if (metric !== this.metric) throw new TypeError(`${this.metric}: cannot ${action} what "${metric}" has counted.`);
    const [theirs, ours] = [JSON.stringify(options), JSON.stringify(canonical(this.options))];
    if (theirs !== ours)
      throw new TypeError(
        `${this.metric}: cannot ${action} what was counted with options ${theirs}; these are ${ours}.`,
      );
    const keys = Object.keys(this.definition.empty(this.options)).sort().join(", ");
    const found = Object.keys(counts ?? {})
      .sort()
      .join(", ");
    if (!Number.isSafeInteger(samples) || samples < 0 || found !== keys)
      throw new TypeError(
        `${this.metric}: cannot ${action} ${samples} samples with counts {${found}}; expected those of state(), {${keys}}.`,
      );
  }
}

/** A copy as JSON data, with keys in alphabetical order and without those that are undefined. */
function canonical(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value as Plain;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  );
}

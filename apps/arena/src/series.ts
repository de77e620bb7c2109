// A curve in bounded memory: points of one stretch of steps share a row, and the stretches grow as the curve does.

/** Rows of numbers, the first of which is the step and only grows. Rows of one stretch hold its last step and the means of the rest. */
export class Series {
  readonly #columns: Float64Array[];
  /** How many points each row stands for. */
  readonly #weights: Float64Array;
  readonly #capacity: number;
  #length = 0;
  /** Steps that one row covers. */
  #stretch = 1;

  /** `capacity` is the largest number of rows. */
  constructor(columns: number, capacity: number) {
    this.#columns = Array.from({ length: columns }, () => new Float64Array(capacity));
    this.#weights = new Float64Array(capacity);
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** A view of one column; valid until the next push. */
  column(index: number): Float64Array {
    return this.#columns[index].subarray(0, this.#length);
  }

  /** Adds the point that starts at `points[offset]`. */
  push(points: ArrayLike<number>, offset = 0): void {
    while (this.#length === this.#capacity && !this.#sharesLastRow(points[offset])) this.#widen();
    if (!this.#sharesLastRow(points[offset])) this.#weights[this.#length++] = 0;
    const row = this.#length - 1;
    const weight = ++this.#weights[row];
    const columns = this.#columns;
    columns[0][row] = points[offset];
    for (let index = 1; index < columns.length; index++) {
      const before = weight === 1 ? 0 : columns[index][row];
      columns[index][row] = before + (points[offset + index] - before) / weight;
    }
  }

  /** Empties the series and returns its rows. [rows × columns] */
  take(): Float64Array {
    const columns = this.#columns;
    const rows = new Float64Array(this.#length * columns.length);
    for (let row = 0, next = 0; row < this.#length; row++) {
      for (const column of columns) rows[next++] = column[row];
    }
    // The next points may come more slowly; where they do not, the stretch soon grows again.
    this.#stretch = Math.max(1, this.#stretch / 2);
    this.#length = 0;
    return rows;
  }

  clear(): void {
    this.#length = 0;
    this.#stretch = 1;
  }

  #sharesLastRow(step: number): boolean {
    if (this.#length === 0) return false;
    return Math.floor(step / this.#stretch) === Math.floor(this.#columns[0][this.#length - 1] / this.#stretch);
  }

  /** Doubles the stretch and merges the rows that now share one. */
  #widen(): void {
    this.#stretch *= 2;
    const [steps, ...others] = this.#columns;
    const weights = this.#weights;
    let last = 0;
    for (let row = 1; row < this.#length; row++) {
      if (Math.floor(steps[row] / this.#stretch) === Math.floor(steps[last] / this.#stretch)) {
        weights[last] += weights[row];
        for (const column of others) column[last] += ((column[row] - column[last]) * weights[row]) / weights[last];
      } else {
        last++;
        weights[last] = weights[row];
        for (const column of others) column[last] = column[row];
      }
      steps[last] = steps[row];
    }
    this.#length = last + 1;
  }
}

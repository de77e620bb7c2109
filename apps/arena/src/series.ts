// A curve in bounded memory: when it is full, neighbours are merged and every later row stands for twice as many points.

/** Rows of numbers whose first column only grows (the step). A merged row keeps its last step and the means of the other columns. */
export class Series {
  readonly #columns: Float64Array[];
  readonly #capacity: number;
  readonly #sums: Float64Array;
  #length = 0;
  /** Pushed rows per stored row. */
  #stride = 1;
  #pending = 0;

  /** `capacity` is the largest number of stored rows; even. */
  constructor(columns: number, capacity: number) {
    this.#columns = Array.from({ length: columns }, () => new Float64Array(capacity));
    this.#capacity = capacity;
    this.#sums = new Float64Array(columns);
  }

  get length(): number {
    return this.#length;
  }

  /** A view of one column; valid until the next push. */
  column(index: number): Float64Array {
    return this.#columns[index].subarray(0, this.#length);
  }

  /** Adds the row that starts at `rows[offset]`. */
  push(rows: ArrayLike<number>, offset = 0): void {
    const sums = this.#sums;
    sums[0] = rows[offset];
    for (let column = 1; column < sums.length; column++) sums[column] += rows[offset + column];
    this.#pending++;
    if (this.#pending === this.#stride) this.#store();
  }

  /** Empties the series and returns its rows, [rows × columns]; the last one may stand for fewer points. */
  take(): Float64Array {
    if (this.#pending > 0) this.#store();
    const columns = this.#columns;
    const rows = new Float64Array(this.#length * columns.length);
    for (let row = 0, next = 0; row < this.#length; row++) {
      for (const column of columns) rows[next++] = column[row];
    }
    this.clear();
    return rows;
  }

  clear(): void {
    this.#length = 0;
    this.#stride = 1;
    this.#pending = 0;
    this.#sums.fill(0);
  }

  #store(): void {
    if (this.#length === this.#capacity) this.#halve();
    const [steps, ...others] = this.#columns;
    steps[this.#length] = this.#sums[0];
    others.forEach((column, index) => {
      column[this.#length] = this.#sums[index + 1] / this.#pending;
    });
    this.#length++;
    this.#pending = 0;
    this.#sums.fill(0);
  }

  #halve(): void {
    const [steps, ...others] = this.#columns;
    const half = this.#length >> 1;
    for (let row = 0; row < half; row++) {
      steps[row] = steps[2 * row + 1];
      for (const column of others) column[row] = (column[2 * row] + column[2 * row + 1]) / 2;
    }
    this.#length = half;
    this.#stride *= 2;
  }
}

// A sum of many numbers that keeps what rounding loses (Neumaier 1974), so that long streams and merged parts agree.

/** [rounded sum, what was lost]; their sum is the value. JSON data. */
export type Sum = [total: number, lost: number];

export const addTo = (sum: Sum, value: number): void => {
  const total = sum[0] + value;
  sum[1] += Math.abs(sum[0]) >= Math.abs(value) ? sum[0] - total + value : value - total + sum[0];
  sum[0] = total;
};

export const mergeSum = (sum: Sum, [total, lost]: Sum): void => {
  addTo(sum, total);
  sum[1] += lost;
};

export const valueOf = ([total, lost]: Sum): number => total + lost;

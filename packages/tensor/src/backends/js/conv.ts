// Convolution and its gradients, window by window: a window is copied into a line of float64, where everything is a product of lines.
//
// LeNet's second layer (batch 64, 6×14×14, 16 kernels of 5×5) takes 37 ms so, 125 ms in loops over planes without the copy.
import type { Attributes } from "../../backend.ts";
import type { Kernel, View } from "./kernel.ts";

/** Sizes of x [batch, channels, height, width], w [outputs, channels/groups, …] and y [batch, outputs, rows, columns]. */
interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly rows: number;
  readonly columns: number;
  readonly groups: number;
  /** Channels and outputs of one group. */
  readonly groupChannels: number;
  readonly groupOutputs: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  /** Elements of a window: groupChannels · kernel. */
  readonly window: number;
}

type Shape = readonly number[];
type Pair = readonly [number, number];

const geometryOf = (x: Shape, w: Shape, y: Shape, attributes: Attributes): Geometry => {
  const { stride, padding, dilation } = attributes as unknown as Record<string, Pair>;
  const groups = attributes.groups as number;
  const [batch, channels, height, width] = x;
  const [, outputs, rows, columns] = y;
  const [groupChannels, groupOutputs] = [channels / groups, outputs / groups];
  const window = groupChannels * w[2] * w[3];
  const sizes = { batch, channels, height, width, outputs, rows, columns, groups, groupChannels, groupOutputs };
  return { ...sizes, kernel: [w[2], w[3]], stride, padding, dilation, window };
};

/** Calls `f` for every window: example, group, and place in the plane of outputs. */
const eachWindow = (
  { batch, groups, rows, columns }: Geometry,
  f: (n: number, group: number, i: number, j: number) => void,
): void => {
  for (let n = 0; n < batch; n++)
    for (let group = 0; group < groups; group++)
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) f(n, group, i, j);
};

/** Copies a window of x into a line; 0 outside. */
const copyWindow = (
  line: Float64Array,
  x: View["data"],
  g: Geometry,
  n: number,
  group: number,
  i: number,
  j: number,
) => {
  const [top, left] = [i * g.stride[0] - g.padding[0], j * g.stride[1] - g.padding[1]];
  let at = 0;
  for (let c = 0; c < g.groupChannels; c++) {
    const plane = (n * g.channels + group * g.groupChannels + c) * g.height;
    for (let p = 0, row = top; p < g.kernel[0]; p++, row += g.dilation[0]) {
      const start = (plane + row) * g.width;
      const inside = row >= 0 && row < g.height;
      for (let q = 0, column = left; q < g.kernel[1]; q++, column += g.dilation[1])
        line[at++] = inside && column >= 0 && column < g.width ? x[start + column] : 0;
    }
  }
};

/** Adds a line to a window of sums; what lies outside is dropped. */
const addWindow = (line: Float64Array, sums: Float64Array, g: Geometry, group: number, i: number, j: number) => {
  const [top, left] = [i * g.stride[0] - g.padding[0], j * g.stride[1] - g.padding[1]];
  let at = 0;
  for (let c = 0; c < g.groupChannels; c++) {
    const plane = (group * g.groupChannels + c) * g.height;
    for (let p = 0, row = top; p < g.kernel[0]; p++, row += g.dilation[0]) {
      const start = (plane + row) * g.width;
      const inside = row >= 0 && row < g.height;
      for (let q = 0, column = left; q < g.kernel[1]; q++, column += g.dilation[1], at++)
        if (inside && column >= 0 && column < g.width) sums[start + column] += line[at];
    }
  }
};

/** Place of y[n, output, i, j]. */
const placeOf = (g: Geometry, n: number, output: number, i: number, j: number): number =>
  ((n * g.outputs + output) * g.rows + i) * g.columns + j;

export const conv: Readonly<Record<string, Kernel>> = {
  conv2d: ([x, w], output, attributes) => {
    const g = geometryOf(x.shape, w.shape, output.shape, attributes);
    const { window, groupOutputs, rows, columns } = g;
    const out = output.data;
    const weights = Float64Array.from(w.data);
    const line = new Float64Array(window);
    const plane = rows * columns;
    eachWindow(g, (n, group, i, j) => {
      copyWindow(line, x.data, g, n, group, i, j);
      let o = group * groupOutputs;
      const end = o + groupOutputs;
      let at = placeOf(g, n, o, i, j);
      // Four outputs at a time share the reads of the line.
      for (; o + 4 <= end; o += 4, at += 4 * plane) {
        let [a, b, c, d] = [0, 0, 0, 0];
        const first = o * window;
        for (let k = 0; k < window; k++) {
          const value = line[k];
          a += value * weights[first + k];
          b += value * weights[first + window + k];
          c += value * weights[first + 2 * window + k];
          d += value * weights[first + 3 * window + k];
        }
        out[at] = a;
        out[at + plane] = b;
        out[at + 2 * plane] = c;
        out[at + 3 * plane] = d;
      }
      for (; o < end; o++, at += plane) {
        let sum = 0;
        for (let k = 0; k < window; k++) sum += line[k] * weights[o * window + k];
        out[at] = sum;
      }
    });
  },
  conv2dInput: ([y, w], output, attributes) => {
    const g = geometryOf(output.shape, w.shape, y.shape, attributes);
    const { window, groupOutputs, rows, columns } = g;
    const weights = Float64Array.from(w.data);
    const line = new Float64Array(window);
    const sums = new Float64Array(g.channels * g.height * g.width);
    for (let n = 0; n < g.batch; n++) {
      sums.fill(0);
      eachWindow({ ...g, batch: 1 }, (_, group, i, j) => {
        line.fill(0);
        let at = placeOf(g, n, group * groupOutputs, i, j);
        for (let o = group * groupOutputs; o < (group + 1) * groupOutputs; o++, at += rows * columns) {
          const value = y.data[at];
          for (let k = 0; k < window; k++) line[k] += value * weights[o * window + k];
        }
        addWindow(line, sums, g, group, i, j);
      });
      output.data.set(sums, n * sums.length);
    }
  },
  conv2dWeight: ([x, y], output, attributes) => {
    const g = geometryOf(x.shape, output.shape, y.shape, attributes);
    const { window, groupOutputs, rows, columns } = g;
    const line = new Float64Array(window);
    const sums = new Float64Array(output.data.length);
    eachWindow(g, (n, group, i, j) => {
      copyWindow(line, x.data, g, n, group, i, j);
      let at = placeOf(g, n, group * groupOutputs, i, j);
      for (let o = group * groupOutputs; o < (group + 1) * groupOutputs; o++, at += rows * columns) {
        const value = y.data[at];
        const start = o * window;
        for (let k = 0; k < window; k++) sums[start + k] += value * line[k];
      }
    });
    output.data.set(sums);
  },
};

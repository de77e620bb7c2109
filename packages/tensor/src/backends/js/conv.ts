// Convolution and its gradients by the definition, one plane of sums in float64 at a time.
import type { Attributes } from "../../backend.ts";
import type { Kernel } from "./kernel.ts";

/** Sizes of x [batch, channels, height, width], w [outputs, channels/groups, …] and y [batch, outputs, rows, columns]. */
interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly rows: number;
  readonly columns: number;
  /** Channels and outputs of one group. */
  readonly groupChannels: number;
  readonly groupOutputs: number;
  readonly taps: readonly Tap[];
}

/** One element of the kernel, and the outputs for which it meets the input: y[i, j] with x[i·stride + top, j·stride + left]. */
interface Tap {
  readonly top: number;
  readonly left: number;
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly columnFrom: number;
  readonly columnTo: number;
}

type Shape = readonly number[];
type Pair = readonly [number, number];

const geometryOf = (x: Shape, w: Shape, y: Shape, attributes: Attributes): Geometry => {
  const padding = attributes.padding as unknown as Pair;
  const dilation = attributes.dilation as unknown as Pair;
  const stride = attributes.stride as unknown as Pair;
  const taps: Tap[] = [];
  for (let p = 0; p < w[2]; p++)
    for (let q = 0; q < w[3]; q++) {
      const [top, left] = [p * dilation[0] - padding[0], q * dilation[1] - padding[1]];
      const [rowFrom, rowTo] = meeting(top, stride[0], x[2], y[2]);
      const [columnFrom, columnTo] = meeting(left, stride[1], x[3], y[3]);
      taps.push({ top, left, rowFrom, rowTo, columnFrom, columnTo });
    }
  const groups = attributes.groups as number;
  return {
    batch: x[0],
    channels: x[1],
    height: x[2],
    width: x[3],
    outputs: y[1],
    rows: y[2],
    columns: y[3],
    groupChannels: x[1] / groups,
    groupOutputs: y[1] / groups,
    taps,
  };
};

/** The range of i in [0, count) for which i·stride + offset lies in [0, length). */
const meeting = (offset: number, stride: number, length: number, count: number): [from: number, to: number] => [
  Math.max(0, Math.ceil(-offset / stride)),
  Math.min(count, Math.floor((length - 1 - offset) / stride) + 1),
];

export const conv: Readonly<Record<string, Kernel>> = {
  conv2d: ([x, w], output, attributes) => {
    const geometry = geometryOf(x.shape, w.shape, output.shape, attributes);
    const { batch, outputs, rows, columns, height, width, channels, groupChannels, groupOutputs, taps } = geometry;
    const [down, across] = attributes.stride as unknown as Pair;
    const plane = new Float64Array(rows * columns);
    for (let n = 0; n < batch; n++)
      for (let o = 0; o < outputs; o++) {
        plane.fill(0);
        const firstChannel = Math.floor(o / groupOutputs) * groupChannels;
        for (let c = 0; c < groupChannels; c++) {
          const start = (n * channels + firstChannel + c) * height * width;
          for (let t = 0; t < taps.length; t++) {
            const { top, left, rowFrom, rowTo, columnFrom, columnTo } = taps[t];
            const weight = w.data[(o * groupChannels + c) * taps.length + t];
            for (let i = rowFrom; i < rowTo; i++) {
              let at = start + (i * down + top) * width + columnFrom * across + left;
              for (let j = i * columns + columnFrom; j < i * columns + columnTo; j++, at += across)
                plane[j] += weight * x.data[at];
            }
          }
        }
        output.data.set(plane, (n * outputs + o) * plane.length);
      }
  },
  conv2dInput: ([y, w], output, attributes) => {
    const geometry = geometryOf(output.shape, w.shape, y.shape, attributes);
    const { batch, outputs, rows, columns, height, width, channels, groupChannels, groupOutputs, taps } = geometry;
    const [down, across] = attributes.stride as unknown as Pair;
    const plane = new Float64Array(height * width);
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++) {
        plane.fill(0);
        const firstOutput = Math.floor(c / groupChannels) * groupOutputs;
        for (let o = firstOutput; o < firstOutput + groupOutputs; o++) {
          const start = (n * outputs + o) * rows * columns;
          for (let t = 0; t < taps.length; t++) {
            const { top, left, rowFrom, rowTo, columnFrom, columnTo } = taps[t];
            const weight = w.data[(o * groupChannels + (c % groupChannels)) * taps.length + t];
            for (let i = rowFrom; i < rowTo; i++) {
              let at = (i * down + top) * width + columnFrom * across + left;
              const from = start + i * columns;
              for (let j = from + columnFrom; j < from + columnTo; j++, at += across) plane[at] += weight * y.data[j];
            }
          }
        }
        output.data.set(plane, (n * channels + c) * plane.length);
      }
  },
  conv2dWeight: ([x, y], output, attributes) => {
    const geometry = geometryOf(x.shape, output.shape, y.shape, attributes);
    const { batch, outputs, rows, columns, height, width, channels, groupChannels, groupOutputs, taps } = geometry;
    const [down, across] = attributes.stride as unknown as Pair;
    for (let o = 0; o < outputs; o++) {
      const firstChannel = Math.floor(o / groupOutputs) * groupChannels;
      for (let c = 0; c < groupChannels; c++)
        for (let t = 0; t < taps.length; t++) {
          const { top, left, rowFrom, rowTo, columnFrom, columnTo } = taps[t];
          let sum = 0;
          for (let n = 0; n < batch; n++) {
            const start = (n * channels + firstChannel + c) * height * width;
            for (let i = rowFrom; i < rowTo; i++) {
              let at = start + (i * down + top) * width + columnFrom * across + left;
              const from = ((n * outputs + o) * rows + i) * columns;
              for (let j = from + columnFrom; j < from + columnTo; j++, at += across) sum += x.data[at] * y.data[j];
            }
          }
          output.data[(o * groupChannels + c) * taps.length + t] = sum;
        }
    }
  },
};

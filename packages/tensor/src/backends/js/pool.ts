// Positions of the largest elements of windows; padding never wins, NaN always does, the first of equals counts.
import type { Kernel } from "./kernel.ts";

type Pair = readonly [number, number];

export const pool: Readonly<Record<string, Kernel>> = {
  argmaxPool2d: ([x], output, attributes) => {
    const { kernel, stride, padding, dilation } = attributes as unknown as Record<string, Pair>;
    const [, , height, width] = x.shape;
    const [batch, channels, rows, columns] = output.shape;
    let at = 0;
    for (let plane = 0; plane < batch * channels; plane++) {
      const start = plane * height * width;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const [top, left] = [i * stride[0] - padding[0], j * stride[1] - padding[1]];
          let best = -1;
          let largest = -Infinity;
          for (let p = 0, row = top; p < kernel[0]; p++, row += dilation[0]) {
            if (row < 0 || row >= height) continue;
            for (let q = 0, column = left; q < kernel[1]; q++, column += dilation[1]) {
              if (column < 0 || column >= width) continue;
              const value = x.data[start + row * width + column];
              if (best >= 0 && !(value > largest) && !(Number.isNaN(value) && !Number.isNaN(largest))) continue;
              best = row * width + column;
              largest = value;
            }
          }
          output.data[at++] = best;
        }
    }
  },
};

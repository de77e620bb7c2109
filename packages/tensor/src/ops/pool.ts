// Where the largest element of each window of an image is. Pooled values are a gather by this index, which has the gradient.
import type { Primitive } from "./primitive.ts";

export const pool: Readonly<Record<string, Primitive>> = {
  argmaxPool2d: {
    infer: ([x], { size }) => ({
      shape: [...x.shape.slice(0, 2), ...(size as readonly number[])],
      dtype: "int32",
    }),
  },
};

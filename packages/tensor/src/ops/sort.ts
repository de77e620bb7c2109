// Order along a dim. Sorted values are a gather by this index, which has the gradient.
import type { Primitive } from "./primitive.ts";

export const sort: Readonly<Record<string, Primitive>> = {
  argsort: { infer: ([x]) => ({ shape: x.shape, dtype: "int32" }) },
};

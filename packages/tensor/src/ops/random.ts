// Random numbers as a function of a counter, so that a compiled step draws anew at each replay.
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import type { Primitive } from "./primitive.ts";

export const random: Readonly<Record<string, Primitive>> = {
  randomUniform: {
    infer: ([state], { shape }) => {
      if (state.dtype !== "int32" || state.shape.length !== 1 || state.shape[0] !== 3)
        throw new ShapeError(
          `randomUniform: the state is ${state.dtype} ${showShape(state.shape)}, expected int32 [3].`,
        );
      return { shape: shape as readonly number[], dtype: "float32" };
    },
  },
};

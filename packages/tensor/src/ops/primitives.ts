// All primitives by name: the registry that the gradient check and the conformance suite walk.
import { activations } from "./activations.ts";
import { conv } from "./conv.ts";
import { elementwise } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { move } from "./move.ts";
import { normalise } from "./normalise.ts";
import type { Primitive } from "./primitive.ts";
import { pool } from "./pool.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { sort } from "./sort.ts";

export const primitives: Readonly<Record<string, Primitive>> = {
  ...elementwise,
  ...activations,
  ...reduce,
  ...matmul,
  ...move,
  ...conv,
  ...pool,
  ...normalise,
  ...sort,
  ...random,
};

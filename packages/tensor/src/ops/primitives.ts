// All primitives by name: the registry that the gradient check and the conformance suite walk.
import { elementwise } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { move } from "./move.ts";
import type { Primitive } from "./primitive.ts";
import { reduce } from "./reduce.ts";

export const primitives: Readonly<Record<string, Primitive>> = { ...elementwise, ...reduce, ...matmul, ...move };

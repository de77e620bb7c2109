// What a primitive op is: a shape rule and a gradient rule side by side; its kernels stand in the backends' tables of the same name.
import type { Attributes, Spec } from "../backend.ts";
import type { Tensor } from "../tensor.ts";

/** What a gradient rule sees. Rules are written in ops, so that gradients have gradients. */
export interface GradientContext {
  /** dL/d(output). */
  readonly gradient: Tensor;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: Attributes;
  /** Whether the gradient of input k is wanted; a rule may leave out others. */
  readonly wants: (k: number) => boolean;
  /** Applies another primitive. */
  readonly apply: (op: string, inputs: readonly Tensor[], attributes?: Attributes) => Tensor;
}

export interface Primitive {
  /** Shape and type of the output; throws a ShapeError naming the op where the inputs do not fit. */
  readonly infer: (inputs: readonly Spec[], attributes: Attributes) => Spec;
  /** dL/d(input) for each input, null where it has none. Left out where the op has no gradient at all. */
  readonly gradient?: (context: GradientContext) => readonly (Tensor | null)[];
  /**
   * Σ dL/d(input k) over several uses of one tensor as input k of this op, where there is a better way than adding up: a weight used at every step
   * of a sequence, a sequence cut into its steps. Null where there is not. Uses come in the order of their making.
   */
  readonly gradientOfUses?: (uses: readonly GradientContext[], k: number) => Tensor | null;
  /** How many multiplications and additions it takes, where they are most of the work. */
  readonly operations?: (inputs: readonly Spec[], output: Spec) => number;
}

// A kernel of the reference backend: reads views, fills the output.
import type { Attributes, Spec } from "../../backend.ts";
import type { TypedArray } from "../../dtype.ts";

export interface View extends Spec {
  readonly data: TypedArray;
}

export type Kernel = (inputs: readonly View[], output: View, attributes: Attributes) => void;

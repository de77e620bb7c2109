// New initial values for a network that is built already.
import { Parameter } from "@agon/tensor";
import type { Initialiser, InitialOptions } from "./initialise.ts";
import type { AnyModule } from "./module.ts";

/**
 * Draws all weight matrices and kernels anew, in the order of the fields, and sets biases to 0. Factors of norms and other vectors stay.
 * initialise(model, heNormal)
 */
export const initialise = (module: AnyModule, rule: Initialiser, options?: InitialOptions): void => {
  for (const [name, variable] of module.namedVariables()) {
    if (!(variable instanceof Parameter)) continue;
    if (variable.shape.length > 1) variable.set(rule(variable.shape, options));
    else if (isBias.test(name)) variable.set(new Float32Array(variable.shape[0]));
  }
};

/** "bias", "3.bias", "in_proj_bias", "bias_ih_l0" */
const isBias = /(^|[._])bias($|_)/;

// A block after which the tensors made in it are gone.
import { runScope } from "./engine.ts";
import { tensorsIn } from "./tree.ts";

/**
 * Runs `f`; tensors made inside die on return unless they are in the result (a tensor, or arrays and objects of them). grad, minimize and
 * compile have such a scope of their own. `f` must be synchronous.
 */
export const scope = <T>(f: () => T): T => runScope(f, (result) => tensorsIn(result).map((tensor) => tensor.storage));

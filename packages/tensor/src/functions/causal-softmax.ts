// The softmax of attention that does not look ahead.
import { apply, type Tensor } from "../tensor.ts";

/**
 * Of scores […, queries, keys] the softmax of each row over the keys up to the query's own place, zeros for those after it. The last query and the
 * last key are at the same place; a query before all keys gets zeros. Quicker than a mask: what is not looked at is not computed.
 */
export const causalSoftmax = (scores: Tensor): Tensor => apply("causalSoftmax", [scores]);

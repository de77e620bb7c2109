// Differentiation by closure: grad, valueAndGrad, and the form that optimizers use.
import { apply, scalarOf, Tensor, track } from "./tensor.ts";
import { isFloat } from "./dtype.ts";
import { currentRecorder, inScope, isDifferentiating, whileDifferentiating } from "./engine.ts";
import { ShapeError, UsageError } from "./errors.ts";
import { scope } from "./scope.ts";
import { showShape } from "./shape.ts";
import { mapTree, tensorsIn } from "./tree.ts";
import type { Parameter } from "./variable.ts";

/** The same tensor as a point to differentiate at; an enclosing gradient still flows through it. */
export const watch = (x: Tensor): Tensor => {
  const watched = new Tensor(x.storage, x.shape);
  watched.tracked = true;
  if (x.tracked) track(watched, "identity", [x], {}, ({ gradient }) => [gradient]);
  return watched;
};

/** dL/d(target) for each target; zeros where the loss does not depend on it. */
const gradientsOf = (loss: Tensor, targets: readonly Tensor[]): Tensor[] => {
  if (loss.size !== 1 || !isFloat(loss.dtype))
    throw new ShapeError(
      `grad: the function must return one float number, got ${loss.dtype} ${showShape(loss.shape)}; sum or average it.`,
    );
  return walkBack(loss, scalarOf(1, loss.dtype).expand(loss.shape), targets);
};

/** d(Σ seed · output)/d(target) for each target, by one walk back from the output; zeros where it does not depend on it. */
export const walkBack = (result: Tensor, seed: Tensor, targets: readonly Tensor[]): Tensor[] => {
  const order = dependents(result, new Set(targets));
  const gradients = new Map<Tensor, Tensor>([[result, seed]]);
  const isTarget = new Set(targets);
  for (let i = order.length - 1; i >= 0; i--) {
    const output = order[i];
    const gradient = gradients.get(output);
    const origin = output.origin;
    if (!gradient || !origin?.gradient || isTarget.has(output)) continue;
    const parts = origin.gradient({ gradient, inputs: origin.inputs, output, attributes: origin.attributes, apply });
    origin.inputs.forEach((input, k) => {
      const part = parts[k];
      if (!part || !input.tracked) return;
      const sum = gradients.get(input);
      gradients.set(input, sum ? sum.add(part) : part);
    });
    gradients.delete(output);
  }
  return targets.map((target) => gradients.get(target) ?? scalarOf(0, target.dtype).expand(target.shape));
};

/** Tensors between the targets and the result, each after those it was made from. */
const dependents = (result: Tensor, targets: ReadonlySet<Tensor>): Tensor[] => {
  const order: Tensor[] = [];
  const depends = new Map<Tensor, boolean>();
  const stack: [tensor: Tensor, next: number][] = [[result, 0]];
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const [tensor, next] = top;
    const inputs = targets.has(tensor) ? [] : (tensor.origin?.inputs ?? []);
    if (next < inputs.length) {
      top[1]++;
      if (inputs[next].tracked && !depends.has(inputs[next])) {
        depends.set(inputs[next], false);
        stack.push([inputs[next], 0]);
      }
      continue;
    }
    stack.pop();
    const needed = targets.has(tensor) || inputs.some((input) => depends.get(input) === true);
    depends.set(tensor, needed);
    if (needed) order.push(tensor);
  }
  return order;
};

/** Results leave the outermost differentiation without their history; nothing stays tracked outside. */
const release = <T>(tree: T): T => (isDifferentiating() ? tree : mapTree((leaf) => leaf.detach(), tree));

/**
 * The function that gives f's value and its gradient with respect to the first argument, a tree of tensors; the gradient has the same form.
 */
export const valueAndGrad =
  <T, Rest extends unknown[]>(
    f: (at: T, ...rest: Rest) => Tensor,
  ): ((at: T, ...rest: Rest) => [value: Tensor, gradient: T]) =>
  (at, ...rest) =>
    scope(() => {
      const result = whileDifferentiating((): [Tensor, T] => {
        const watched = mapTree(watch, at);
        const value = f(watched, ...rest);
        const gradients = gradientsOf(value, tensorsIn(watched));
        let next = 0;
        return [value, mapTree(() => gradients[next++], at)];
      });
      return release(result);
    });

/** The gradient of f with respect to its first argument. grad(grad(f)) works for functions of one number. */
export const grad =
  <T, Rest extends unknown[]>(f: (at: T, ...rest: Rest) => Tensor): ((at: T, ...rest: Rest) => T) =>
  (at, ...rest) =>
    scope(() => valueAndGrad(f)(at, ...rest)[1]);

/** Runs `f` and differentiates its loss with respect to the parameters. Only inside a scope or a compiled step; optimizers see to it. */
export const differentiate = <R extends Tensor | { readonly loss: Tensor }>(
  parameters: readonly Parameter[],
  f: () => R,
): { readonly result: R; readonly loss: Tensor; readonly gradients: Tensor[] } => {
  if (!inScope() && !currentRecorder())
    throw new UsageError(
      "differentiate: called outside a scope; wrap it in scope(() => …) or compile(…), or use grad.",
    );
  const values = parameters.map((parameter) => parameter.value);
  const before = values.map((value) => value.tracked);
  for (const value of values) value.tracked = true;
  try {
    return whileDifferentiating(() => {
      const result = f();
      const loss = result instanceof Tensor ? result : result.loss;
      return {
        result: mapTree((leaf) => leaf.detach(), result),
        loss: loss.detach(),
        gradients: gradientsOf(loss, values).map((g) => g.detach()),
      };
    });
  } finally {
    values.forEach((value, i) => {
      value.tracked = before[i];
    });
  }
};

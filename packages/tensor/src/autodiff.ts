// Differentiation by closure: grad, valueAndGrad, and the form that optimizers use.
import { alias, apply, scalarOf, Tensor, track } from "./tensor.ts";
import { isFloat } from "./dtype.ts";
import { currentRecorder, inScope, isDifferentiating, whileDifferentiating } from "./engine.ts";
import { ShapeError, UsageError } from "./errors.ts";
import type { GradientContext } from "./ops/primitive.ts";
import { primitives } from "./ops/primitives.ts";
import { scope } from "./scope.ts";
import { showShape } from "./shape.ts";
import { mapTree, tensorsIn } from "./tree.ts";
import type { Parameter } from "./variable.ts";

/** The same tensor as a point to differentiate at; an enclosing gradient still flows through it. */
export const watch = (x: Tensor): Tensor => {
  const watched = alias(x);
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
  const isTarget = new Set(targets);
  const order = dependents(result, isTarget);
  const sums = new GradientSums(order, isTarget);
  sums.add(result, seed);
  for (let i = order.length - 1; i >= 0; i--) {
    const output = order[i];
    if (isTarget.has(output)) continue;
    const gradient = sums.take(output);
    if (gradient) sums.addInputs(output, gradient);
  }
  return targets.map((target) => sums.of(target) ?? scalarOf(0, target.dtype).expand(target.shape));
};

/** Uses of a tensor as one input of one op. */
interface Uses {
  readonly op: string;
  readonly k: number;
  count: number;
  readonly contexts: GradientContext[];
}

/** The gradients of all tensors on the way, as far as they are known. */
class GradientSums {
  private readonly sums = new Map<Tensor, Tensor>();
  /** Of tensors used several times by ops that know what to do with that. */
  private readonly uses = new Map<Tensor, Map<string, Uses>>();

  constructor(order: readonly Tensor[], targets: ReadonlySet<Tensor>) {
    for (const output of order)
      if (!targets.has(output))
        output.origin?.inputs.forEach((input, k) => {
          if (input.tracked && primitives[output.origin?.op ?? ""]?.gradientOfUses) this.count(input, output, k);
        });
  }

  private count(input: Tensor, { origin }: Tensor, k: number): void {
    const op = origin?.op ?? "";
    const known = this.uses.get(input) ?? new Map<string, Uses>();
    this.uses.set(input, known);
    const uses = known.get(`${op} ${k}`) ?? { op, k, count: 0, contexts: [] };
    known.set(`${op} ${k}`, uses);
    uses.count++;
  }

  private usesOf(input: Tensor, op: string, k: number): Uses | undefined {
    const uses = this.uses.get(input)?.get(`${op} ${k}`);
    return uses && uses.count > 1 ? uses : undefined;
  }

  add(x: Tensor, part: Tensor): void {
    const sum = this.sums.get(x);
    this.sums.set(x, sum ? sum.add(part) : part);
  }

  /** The gradient of an output, passed on to the inputs; those that are better treated with their other uses wait. */
  addInputs(output: Tensor, gradient: Tensor): void {
    const { origin } = output;
    if (!origin?.gradient) return;
    const { op, inputs, attributes } = origin;
    const waits = inputs.map((input, k) => input.tracked && this.usesOf(input, op, k));
    const wants = (k: number): boolean => inputs[k].tracked && !waits[k];
    const context = { gradient, inputs, output, attributes, apply, wants };
    for (const uses of waits) if (uses) uses.contexts.unshift(context);
    if (!inputs.some((_, k) => wants(k))) return;
    const parts = origin.gradient(context);
    inputs.forEach((input, k) => {
      const part = parts[k];
      if (part && wants(k)) this.add(input, part);
    });
  }

  /** All of it: nothing is added after. */
  of(x: Tensor): Tensor | undefined {
    for (const { op, k, contexts } of this.uses.get(x)?.values() ?? []) {
      if (contexts.length === 0) continue;
      const together = contexts.length > 1 ? primitives[op].gradientOfUses?.(contexts, k) : null;
      const parts = together ? [together] : contexts.map((context) => partOf(op, context, k));
      for (const part of parts) if (part) this.add(x, part);
    }
    this.uses.delete(x);
    return this.sums.get(x);
  }

  take(x: Tensor): Tensor | undefined {
    const sum = this.of(x);
    this.sums.delete(x);
    return sum;
  }
}

const partOf = (op: string, context: GradientContext, k: number): Tensor | null =>
  primitives[op].gradient?.({ ...context, wants: (other) => other === k })[k] ?? null;

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

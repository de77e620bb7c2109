// What several steps of a plan need alike is made once.
import type { Plan, PlanStep, PlanValue } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";

type OpStep = Extract<PlanStep, { readonly kind: "op" }>;

/** A product with a single matrix B that it reads transposed. */
const turnsMatrix = (step: PlanStep, plan: Plan): step is OpStep =>
  step.kind === "op" &&
  step.op === "matmul" &&
  step.attributes.transposeB === true &&
  plan.values[step.inputs[1]].shape.length === 2 &&
  sizeOf(plan.values[step.inputs[1]].shape) > 0;

/**
 * Products A·Bᵀ turn B before they multiply. Where several turn the same B, as the steps of a recurrent network do, it is turned once: the
 * products then read the turned one, which gives the same bits.
 */
export const shareTurned = (plan: Plan): Plan => {
  const uses = new Map<number, number>();
  for (const step of plan.steps)
    if (turnsMatrix(step, plan)) uses.set(step.inputs[1], (uses.get(step.inputs[1]) ?? 0) + 1);
  if (![...uses.values()].some((count) => count > 1)) return plan;
  const values: PlanValue[] = [...plan.values];
  const turned = new Map<number, number>();
  const steps = plan.steps.flatMap((step): PlanStep[] => {
    if (!turnsMatrix(step, plan) || (uses.get(step.inputs[1]) ?? 0) < 2) return [step];
    const [a, b] = step.inputs;
    const known = turned.get(b);
    const to = known ?? values.length;
    const product = { ...step, attributes: { ...step.attributes, transposeB: false }, inputs: [a, to] };
    if (known !== undefined) return [product];
    turned.set(b, to);
    const [rows, columns] = plan.values[b].shape;
    values.push({ shape: [columns, rows], dtype: plan.values[b].dtype, source: { kind: "step" } });
    return [{ kind: "op", op: "permute", attributes: { order: [1, 0] }, inputs: [b], output: to }, product];
  });
  return { ...plan, values, steps };
};

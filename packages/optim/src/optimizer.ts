// What every optimizer does: differentiate, guard, clip, decay, update; and the state it keeps.
import { log } from "@agon/math";
import {
  differentiate,
  guardFinite,
  NonFiniteError,
  type Parameter,
  scalar,
  scope,
  type Tensor,
  Variable,
} from "@agon/tensor";
import { clipByGlobalNorm, clipByValue } from "./clip.ts";

/** A loss, or an object with a loss and further outputs to return. */
export type LossResult = Tensor | { readonly loss: Tensor; readonly [name: string]: Tensor };

/** The settings that every optimizer has. */
export interface OptimizerOptions {
  /** η, the size of a step; it may change between steps. */
  readonly learningRate?: number;
  /** Adds weightDecay·θ to the gradient. Default: 0. */
  readonly weightDecay?: number;
  /** Largest joint norm of the gradients. Default: none. */
  readonly clipNorm?: number;
  /** Largest size of each element of the gradients, brought about before clipNorm. Default: none. */
  readonly clipValue?: number;
}

/** A rule that moves parameters θ down gradients g. Its state is in Variables, so that a compiled step replays exactly. */
export abstract class Optimizer {
  protected readonly parameters: readonly Parameter[];
  protected readonly rate: Variable;
  private readonly weightDecay: number;
  private readonly clipNorm: number | undefined;
  private readonly clipValue: number | undefined;
  private readonly state: Variable[] = [];

  constructor(parameters: readonly Parameter[], options: OptimizerOptions) {
    const { learningRate = 1e-3, weightDecay = 0, clipNorm, clipValue } = options;
    requireAboveZero({ clipNorm, clipValue });
    this.parameters = parameters;
    this.weightDecay = weightDecay;
    this.clipNorm = clipNorm;
    this.clipValue = clipValue;
    this.rate = this.number("learningRate", learningRate);
  }

  get learningRate(): number {
    return this.rate.toHost()[0];
  }
  set learningRate(value: number) {
    this.rate.set([value]);
  }

  /** All state that a checkpoint needs, in a fixed order. */
  variables(): Variable[] {
    return [...this.state];
  }

  /**
   * One step down the gradient of f's loss; returns what f returned. Where the loss, a gradient or a parameter is NaN or infinite it throws
   * and writes nothing.
   */
  minimize<R extends LossResult>(f: () => R): R {
    return scope(() => {
      const { result, loss, gradients } = differentiate(this.parameters, f);
      const weights = this.parameters.map(({ value }) => value);
      guardFinite([loss, ...gradients, ...weights], () => {
        refuseNonFinite(this.parameters);
        differentiate(this.parameters, f);
      });
      this.update(gradients);
      return result;
    });
  }

  /** One step with given gradients, in the order of the parameters. */
  update(gradients: readonly Tensor[]): void {
    const limited = this.clipValue === undefined ? gradients : clipByValue(gradients, this.clipValue);
    const clipped = this.clipNorm === undefined ? limited : clipByGlobalNorm(limited, this.clipNorm);
    const { weightDecay } = this;
    this.advance(weightDecay === 0 ? clipped : clipped.map((g, i) => g.add(this.parameters[i].value.mul(weightDecay))));
  }

  /** Moves the parameters along gradients that are clipped and decayed already. */
  protected abstract advance(gradients: readonly Tensor[]): void;

  /** A number of state, which may change between steps without a new recording. */
  protected number(name: string, value = 0): Variable {
    return this.keep(new Variable(scalar(value), name));
  }

  /** State of each parameter's shape, filled with a value. */
  protected perParameter(role: string, value = 0): Variable[] {
    return this.parameters.map(({ name, dtype, shape }) =>
      this.keep(new Variable(scalar(value, dtype).expand(shape), `${name}.${role}`)),
    );
  }

  private keep(variable: Variable): Variable {
    this.state.push(variable);
    return variable;
  }
}

/** Names a parameter that has gone wrong outside of any step. */
const refuseNonFinite = (parameters: readonly Parameter[]): void => {
  for (const parameter of parameters) {
    const values = parameter.toHost();
    const at = values.findIndex((x: number) => !Number.isFinite(x));
    if (at >= 0)
      throw new NonFiniteError(
        `minimize: element ${at} of ${parameter.name} ${JSON.stringify(parameter.shape)} already is ${values[at]}; nothing was written.`,
        "minimize",
      );
  }
};

const requireAboveZero = (limits: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, limit] of Object.entries(limits))
    if (limit !== undefined && !(limit > 0))
      throw new RangeError(`Optimizer: ${name} is ${limit}; expected a number above 0, or leave it out.`);
};

/** Counts a step: t, from 1 on. */
export const countStep = (steps: Variable): Tensor => {
  const step = steps.value.add(1);
  steps.assign(step);
  return step;
};

/** average ← decay·average + (1 − decay)·value; the new average. */
export const track = (average: Variable, value: Tensor, decay: number): Tensor => {
  const next = flushed(average.value.mul(decay).add(value.mul(1 - decay)));
  average.assign(next);
  return next;
};

/** Moments below this are zero: in denormals arithmetic is many times slower, and they change nothing. */
const NEGLIGIBLE = 1e-30;

const flushed = (x: Tensor): Tensor => x.abs().less(NEGLIGIBLE).where(0, x);

/** 1 − βᵗ = −expm1(t·ln β), exact also while t is small: what a running average that began at 0 lacks after t steps. */
export const biasCorrection = (step: Tensor, beta: number): Tensor => step.mul(log(beta)).expm1().neg();

// Several models of one architecture as one module: trained side by side in one step.
import { Parameter, ShapeError, stack, type Tensor, tensor, Variable, vmap, withValues } from "@agon/tensor";
import { type AnyModule, Module } from "./module.ts";

/**
 * Models of one architecture (several seeds of a network, say) as one module, whose Variables have those of all models side by side along a
 * new first dim: parameter "layers.0.weight" is [models, outputs, inputs]. Every product of the models is one batched product, so that small
 * models cost little more than one. An optimizer that treats each element by itself (SGD, Adam; not one that clips by the joint norm) trains
 * each model as it would alone: `optimizer.minimize(() => ensemble.map((model) => mse(model.forward(x), y)).sum())`.
 */
export class Ensemble<M extends AnyModule> extends Module<Parameters<M["forward"]>, ReturnType<M["forward"]>> {
  static readonly kind: string = "Ensemble";
  /** How many models there are. */
  readonly size: number;
  private readonly template: M;
  private readonly models: readonly M[];
  /** For each Variable of the template, that of all models. */
  private readonly stacked = new Map<Variable, Variable>();
  private readonly names: readonly string[];

  constructor(models: readonly M[]) {
    super();
    const [template] = models;
    if (!template) throw new ShapeError("Ensemble: expects at least one model.");
    this.template = template;
    this.models = models;
    this.size = models.length;
    const all = models.map((model) => model.namedVariables());
    const [own] = all;
    all.forEach((variables, i) => requireAlike(own, variables, i));
    this.names = [...own.keys()];
    for (const [name, variable] of own) {
      const value = stack(all.map((variables) => valueOf(variables.get(name) as Variable)));
      const Kind = variable instanceof Parameter ? Parameter : Variable;
      this.stacked.set(variable, new Kind(value, name));
    }
  }

  override parts(): readonly (readonly [name: string, part: unknown])[] {
    return this.names.map((name, i) => [name, [...this.stacked.values()][i]]);
  }

  override train(on = true): this {
    this.template.train(on);
    return super.train(on);
  }

  /**
   * f of every model, all at once, and the results side by side along a new first dim. Further arguments are cut into one slice for each
   * model; what f captures is the same for all. Variables that a model assigns (running statistics) change in each model by itself.
   */
  map<Args extends unknown[], Result>(f: (model: M, ...args: Args) => Result, ...args: Args): Result {
    const owners = [...this.stacked.keys()];
    const assignedOf: Variable[] = [];
    const run = vmap((values: readonly Tensor[], rest: Args): [Result, Tensor[]] => {
      const [result, assigned] = withValues(new Map(owners.map((owner, i) => [owner, values[i]])), () =>
        f(this.template, ...rest),
      );
      const own = [...assigned].filter(([variable]) => this.stacked.has(variable));
      assignedOf.push(...own.map(([variable]) => variable));
      for (const [variable, value] of assigned) if (!this.stacked.has(variable)) variable.assign(value);
      return [result, own.map(([, value]) => value)];
    });
    const [result, values] = run(
      [...this.stacked.values()].map((variable) => variable.value),
      args,
    );
    assignedOf.forEach((variable, i) => {
      this.stacked.get(variable)?.assign(values[i].detach());
    });
    return result;
  }

  /** Each model's output for the same inputs, side by side along a new first dim. */
  forward(...inputs: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return this.map((model) => model.forward(...inputs) as ReturnType<M["forward"]>);
  }

  /** The models, with the values that they have here now. */
  separate(): readonly M[] {
    this.models.forEach((model, i) => {
      for (const [name, variable] of model.namedVariables()) {
        const all = this.stacked.get(this.template.namedVariables().get(name) as Variable) as Variable;
        const size = variable.shape.reduce((n, length) => n * length, 1);
        variable.set(all.toHost().subarray(i * size, (i + 1) * size));
      }
    });
    return this.models;
  }
}

const valueOf = (variable: Variable): Tensor =>
  tensor(variable.toHost(), { shape: variable.shape, dtype: variable.dtype });

const describe = (variables: ReadonlyMap<string, Variable>): string =>
  [...variables].map(([name, { shape }]) => `${name} [${shape.join(", ")}]`).join(", ");

const requireAlike = (
  own: ReadonlyMap<string, Variable>,
  other: ReadonlyMap<string, Variable>,
  index: number,
): void => {
  const [first, second] = [describe(own), describe(other)];
  if (first !== second)
    throw new ShapeError(`Ensemble: model ${index} has ${second}; expected what model 0 has, ${first}.`);
};

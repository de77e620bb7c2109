// How a network feels inside: activations, dead and saturated units, gradients, layer by layer.
import { type AnyModule, type LayerCall, type Module, sigmoid, tanh, watchLayers } from "@agon/nn";
import { differentiate, type Parameter, scope, type Tensor } from "@agon/tensor";

/** What a layer made of some examples. */
export interface ActivationFigures {
  /** The layer's path and kind: "1", "relu". */
  readonly name: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly standardDeviation: number;
  /** Share of the values that are exactly 0: 0.5 after a ReLU at the start. */
  readonly zeroShare: number;
  /** Share of the units (columns, or channels of [batch, channels, …]) that are 0 for every example. */
  readonly deadShare: number;
  /** Share of the values at which a sigmoid or tanh has less than a twentieth of its greatest slope; 0 for other kinds. */
  readonly saturatedShare: number;
}

/** The gradient that reaches a layer. */
export interface GradientFigures {
  /** The path of the layer whose own parameters these are. */
  readonly name: string;
  /** ‖∂loss/∂θ‖ over the layer's parameters θ. */
  readonly norm: number;
  /** ‖∂loss/∂θ‖/‖θ‖: how large a step of rate 1 would be. */
  readonly relative: number;
}

export interface Diagnostics {
  readonly loss: number;
  /** In the order of the work. */
  readonly activations: readonly ActivationFigures[];
  /** In the order of the parameters. */
  readonly gradients: readonly GradientFigures[];
}

/** Runs the model in its present mode on an input, and tells of its activations and of the gradients of `loss(prediction)`. */
export const diagnose = (model: AnyModule, input: Tensor, loss: (prediction: Tensor) => Tensor): Diagnostics => {
  const network = model as unknown as Module;
  const activations = scope(() =>
    watchLayers(network, () => network.forward(input))
      .filter(({ outputs }) => outputs.length > 0)
      .map(activationFigures),
  );
  const parameters = network.parameters();
  let value = Number.NaN;
  const gradients = scope(() => {
    const { loss: result, gradients: found } = differentiate(parameters, () => loss(network.forward(input)));
    value = result.itemSync();
    return gradientFigures(network, parameters, found);
  });
  return { loss: value, activations, gradients };
};

const activationFigures = ({ name, kind, layer, outputs: [output] }: LayerCall): ActivationFigures => {
  const mean = output.mean();
  const isZero = output.equal(0).cast("float32");
  return {
    name,
    kind,
    shape: output.shape,
    mean: mean.itemSync(),
    standardDeviation: output.sub(mean).square().mean().sqrt().itemSync(),
    zeroShare: isZero.mean().itemSync(),
    deadShare: alwaysZero(isZero).mean().itemSync(),
    saturatedShare: saturated(layer, output),
  };
};

/** 1 for each unit that is 0 for every example and every place. */
const alwaysZero = (isZero: Tensor): Tensor =>
  isZero.rank < 2 ? isZero : isZero.min(isZero.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])));

/** Slopes of the squashing functions by their outputs, relative to the greatest. */
const SLOPES: ReadonlyMap<unknown, (y: Tensor) => Tensor> = new Map([
  [sigmoid, (y: Tensor) => y.mul(y.neg().add(1)).mul(4)],
  [tanh, (y: Tensor) => y.square().neg().add(1)],
]);

const saturated = (layer: unknown, output: Tensor): number =>
  SLOPES.get(layer)?.(output).less(0.05).cast("float32").mean().itemSync() ?? 0;

const gradientFigures = (
  model: Module,
  parameters: readonly Parameter[],
  gradients: readonly Tensor[],
): readonly GradientFigures[] => {
  const paths = new Map([...model.namedVariables()].map(([path, variable]) => [variable, path]));
  const layers = new Map<string, { gradient: number; weight: number }>();
  parameters.forEach((parameter, i) => {
    const name = (paths.get(parameter) ?? "").split(".").slice(0, -1).join(".");
    const sums = layers.get(name) ?? { gradient: 0, weight: 0 };
    sums.gradient += gradients[i].square().sum().itemSync();
    sums.weight += parameter.value.square().sum().itemSync();
    layers.set(name, sums);
  });
  return [...layers].map(([name, { gradient, weight }]) => {
    const [norm, size] = [Math.sqrt(gradient), Math.sqrt(weight)];
    return { name, norm, relative: norm / size };
  });
};

import { applyLayer } from "@agon/nn";
import { createRandom } from "@agon/random";
import { zeros } from "@agon/tensor";
import { describe, expect, it, test } from "vitest";
import { DenseNet, LeNet5, Perceptron, ResNet, type Side, SimpleNeuralNetwork } from "./index.ts";

describe("Perceptron", () => {
  const corners = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  // Worked out by hand from the algorithm: truth-table order, η = 1, from 0.
  it.each([
    ["AND", [-1, -1, -1, 1], 9, 18, [3, 2], -4],
    ["OR", [-1, 1, 1, 1], 6, 9, [2, 2], -1],
  ] as const)("learns %s", (_name, sides, epochs, mistakes, weights, bias) => {
    const perceptron = new Perceptron(2);
    const training = perceptron.train(corners, sides);
    expect(training).toMatchObject({ converged: true, epochs, mistakes });
    expect([...perceptron.weights]).toEqual(weights);
    expect(perceptron.bias).toBe(bias);
    expect(corners.map((corner) => perceptron.predict(corner))).toEqual(sides);
  });

  it("learns NAND in 9 epochs, the last of them clean", () => {
    const training = new Perceptron(2).train(corners, [1, 1, 1, -1]);
    expect(training).toMatchObject({ converged: true, epochs: 9 });
    expect(training.mistakesByEpoch[8]).toBe(0);
  });

  it("gives up on XOR at the cap", () => {
    expect(new Perceptron(2).train(corners, [-1, 1, 1, -1], { maxEpochs: 50 })).toMatchObject({
      converged: false,
      epochs: 50,
    });
  });

  it("counts a point on the line to the side of +1", () => {
    expect(new Perceptron(3).predict([1, 2, 3])).toBe(1);
  });

  it("never makes more mistakes than Novikoff's bound allows", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = createRandom(seed);
      const line = [random.normal(), random.normal(), random.normal()];
      const size = Math.sqrt(line[0] ** 2 + line[1] ** 2 + line[2] ** 2);
      const distance = (p: readonly number[]): number => (line[0] * p[0] + line[1] * p[1] + line[2]) / size;
      const points = Array.from({ length: 60 }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]).filter(
        (point) => Math.abs(distance(point)) > 0.05,
      );
      const sides = points.map((point): Side => (distance(point) > 0 ? 1 : -1));
      const margin = Math.min(...points.map((point) => Math.abs(distance(point))));
      const radius = Math.max(...points.map(([x, y]) => Math.sqrt(x * x + y * y + 1)));
      const { converged, mistakes } = new Perceptron(2).train(points, sides, { maxEpochs: 100_000 });
      expect(converged).toBe(true);
      expect(mistakes).toBeLessThanOrEqual((radius / margin) ** 2);
    }
  });

  it.each([
    [[[1]], [1], "Perceptron: point 0 has 1 coordinates; expected 2."],
    [[[1, 2]], [0], "Perceptron: got the side 0; expected 1 or -1."],
    [[], [], "Perceptron: got 0 points and 0 sides"],
  ])("refuses %j with %j", (points, sides, message) => {
    expect(() => new Perceptron(2).train(points as number[][], sides as Side[])).toThrow(message);
  });
});

test("LeNet-5 has the parameters of its table", () => {
  const model = new LeNet5();
  expect(model.summary(zeros([1, 1, 28, 28])).parameters).toBe(61_706);
  expect(model.forward(zeros([2, 1, 28, 28])).shape).toEqual([2, 10]);
  expect(Object.keys(model.stateDict())).toContain("conv1.weight");
});

describe("DenseNet", () => {
  it("has as DenseNet-121 the parameters that are published, under torchvision's names", { timeout: 60_000 }, () => {
    const model = new DenseNet();
    const shapes = new Map(Array.from(model.namedVariables(), ([name, { shape }]) => [name, shape]));
    const sizes = model.parameters().map(({ shape }) => shape.reduce((n, length) => n * length, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(7_978_856);
    expect(shapes.get("features.conv0.weight")).toEqual([64, 3, 7, 7]);
    expect(shapes.get("features.denseblock4.denselayer16.conv2.weight")).toEqual([32, 128, 3, 3]);
    expect(shapes.get("features.transition3.conv.weight")).toEqual([512, 1024, 1, 1]);
    expect(shapes.get("features.norm5.running_mean")).toEqual([1024]);
    expect(shapes.get("classifier.weight")).toEqual([1000, 1024]);
  });

  it("keeps in a block what came in, and halves between blocks", () => {
    const model = new DenseNet({ growth: 4, blocks: [2, 3], initial: 8, classes: 5 });
    const shapes = model.summary(zeros([1, 3, 32, 32])).rows.map(({ name, shape }) => `${name} ${shape.join("×")}`);
    expect(shapes).toContain("features.transition1.conv 1×8×8×8"); // 8 + 2·4 maps, halved
    expect(shapes).toContain("features.norm5 1×20×4×4"); // 8 + 3·4
    expect(model.forward(zeros([2, 3, 32, 32])).shape).toEqual([2, 5]);
  });
});

describe("ResNet", () => {
  it("has as ResNet-50 the parameters that are published, under torchvision's names", { timeout: 60_000 }, () => {
    const model = new ResNet();
    const shapes = new Map(Array.from(model.namedVariables(), ([name, { shape }]) => [name, shape]));
    const sizes = model.parameters().map(({ shape }) => shape.reduce((n, length) => n * length, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(25_557_032);
    expect(shapes.get("layer1.0.downsample.0.weight")).toEqual([256, 64, 1, 1]);
    expect(shapes.get("layer3.5.conv2.weight")).toEqual([256, 256, 3, 3]);
    expect(shapes.get("layer4.2.bn3.running_var")).toEqual([2048]);
    expect(shapes.get("fc.bias")).toEqual([1000]);
  });

  it("halves height and width from stage to stage, and is the way around where its blocks add nothing", () => {
    const model = new ResNet({ blocks: [1, 2], width: 4, classes: 5 });
    const images = zeros([2, 3, 32, 32]).add(1);
    expect(model.stages[1].forward(zeros([2, 16, 8, 8])).shape).toEqual([2, 32, 4, 4]);
    expect(model.forward(images).shape).toEqual([2, 5]);
    model.namedVariables().get("layer2.1.bn3.weight")?.set(new Float32Array(32));
    const x = zeros([2, 32, 4, 4]).add(0.5);
    expect([...applyLayer(model.stages[1].layers[1], x).dataSync()]).toEqual([...x.dataSync()]);
  });
});

describe("SimpleNeuralNetwork", () => {
  const random = createRandom(3);
  const inputs = Float64Array.from({ length: 4 * 200 }, () => random.normal());
  const targets = Float64Array.from({ length: 200 }, (_, n) =>
    Number(inputs.subarray(4 * n, 4 * n + 4).reduce((sum, value) => sum + value, 0) > 0),
  );

  it("has 81 parameters, and learns the sign of a sum", () => {
    const network = new SimpleNeuralNetwork({ random: createRandom(1) });
    expect(network.parameters).toBe(81);
    const losses = network.train(inputs, targets, { epochs: 1500, learningRate: 0.1 });
    expect(losses).toHaveLength(1500);
    const hits = network.predictClass(inputs).filter((side, n) => side === targets[n]).length;
    expect(hits / 200).toBeGreaterThan(0.95);
  });

  it("has the gradients of its loss: central differences, every parameter", () => {
    const network = new SimpleNeuralNetwork({ random: createRandom(2) });
    // Not 0: where the first layer is silent, the second would stand on the kink of its ReLU.
    for (const biases of network.biases) biases.forEach((_, i) => (biases[i] = random.normal(0, 0.1)));
    const { weights, biases } = network.backward(network.forward(inputs), targets);
    const lossNow = (): number => network.loss(network.predict(inputs), targets);
    const pairs = [...network.weights.map((w, l) => [w, weights[l]]), ...network.biases.map((b, l) => [b, biases[l]])];
    for (const [parameters, gradients] of pairs)
      parameters.forEach((kept, i) => {
        parameters[i] = kept + 1e-6;
        const above = lossNow();
        parameters[i] = kept - 1e-6;
        const below = lossNow();
        parameters[i] = kept;
        expect(gradients[i]).toBeCloseTo((above - below) / 2e-6, 6);
      });
  });

  it("refuses rows of another width, and targets that do not fit", () => {
    const network = new SimpleNeuralNetwork({ random: createRandom(2) });
    expect(() => network.predict(new Float64Array(5))).toThrow("got 5 numbers; expected rows of 4");
    expect(() => network.train(new Float64Array(8), [1])).toThrow("got 8 numbers for 1 targets; expected 4 for each");
  });
});

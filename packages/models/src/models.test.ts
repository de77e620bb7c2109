import { createRandom } from "@agon/random";
import { zeros } from "@agon/tensor";
import { describe, expect, it, test } from "vitest";
import { LeNet5, Perceptron, type Side } from "./index.ts";

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

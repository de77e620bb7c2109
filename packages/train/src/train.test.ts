// Fitting, breaking off and going on, stopping early, looking inside.
import { Dataset } from "@agon/data";
import { crossEntropy, Dropout, Linear, MLP, mse, relu, Sequential, sigmoid, tanh, withRandom } from "@agon/nn";
import { Adam, ReduceOnPlateau, SGD } from "@agon/optim";
import { createRandom } from "@agon/random";
import { tensor, type Tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { accuracy, type Batch, diagnose, evaluate, type Examples, fit, type FitEvent, Trainer } from "./index.ts";

type Points = { readonly points: Tensor; readonly sides: Tensor };

/** Points of the plane and on which side of a circle they lie. */
const circle = (count: number, seed: number): Examples<Points> => {
  const random = createRandom(seed);
  const points = Float32Array.from({ length: 2 * count }, () => random.uniform(-1, 1));
  const sides = Int32Array.from({ length: count }, (_, i) => Number(points[2 * i] ** 2 + points[2 * i + 1] ** 2 < 0.5));
  return new Dataset({ points: { data: points, shape: [2] }, sides: { data: sides, shape: [] } });
};

const network = (): Sequential =>
  withRandom(createRandom(4), () => new Sequential(new Linear(2, 24), relu, new Dropout(0.05), new Linear(24, 2)));

const trainerOf = (model: Sequential, epochs: number): Trainer<Points> =>
  new Trainer(model, circle(200, 1), {
    loss: crossEntropy,
    optimizer: new Adam(model.parameters(), { learningRate: 0.01, clipNorm: 1, clipValue: 0.5 }),
    epochs,
    seed: 5,
    validate: circle(64, 2),
    metrics: { accuracy },
    schedule: new ReduceOnPlateau({ learningRate: 0.01, patience: 1, factor: 0.5 }),
    earlyStopping: { monitor: "accuracy", patience: 20 },
  });

describe("fit", () => {
  it("learns, and tells of every step and epoch", async () => {
    const model = new MLP(2, 32, 2);
    const events: FitEvent[] = [];
    const history = await fit(model, circle(400, 1), {
      loss: crossEntropy,
      optimizer: new Adam(model.parameters(), { learningRate: 0.02 }),
      epochs: 12,
      batchSize: 30,
      validate: circle(200, 2),
      metrics: { accuracy },
      onEvent: (event) => events.push(event),
    });
    expect(history).toHaveLength(12);
    expect(history[11].validation?.accuracy).toBeGreaterThan(0.9);
    expect(history[11].loss).toBeLessThan(history[0].loss / 2);
    const steps = events.filter(({ type }) => type === "batch");
    expect(steps).toHaveLength(12 * 14);
    expect(steps[15]).toMatchObject({ step: 16, epoch: 2, batch: 2, batches: 14 });
    expect(await evaluate(model, circle(200, 2), { accuracy })).toEqual({
      accuracy: history[11].validation?.accuracy,
    });
  });

  it("gives the mean loss over examples, whatever the batches", async () => {
    const model = new MLP(2, 4, 2);
    const whole = await evaluate(model, circle(50, 3), {}, { loss: crossEntropy, batchSize: 50 });
    const parts = await evaluate(model, circle(50, 3), {}, { loss: crossEntropy, batchSize: 7 });
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
  });

  it("reports the terms of a sum of losses, and the rate of its schedule", async () => {
    const model = new MLP(2, 4, 2);
    const terms: Readonly<Record<string, number>>[] = [];
    const optimizer = new SGD(model.parameters(), { learningRate: 1 });
    const history = await fit(model, circle(40, 1), {
      loss: (prediction, target) => {
        const size = prediction.square().mean();
        return { loss: crossEntropy(prediction, target).add(size), size };
      },
      optimizer,
      batchSize: 20,
      schedule: (step) => 0.1 / (step + 1),
      onEvent: (event) => event.type === "batch" && terms.push(event.terms),
    });
    expect(terms).toHaveLength(2);
    expect(terms[0].size).toBeGreaterThan(0);
    expect(history[0].learningRate).toBeCloseTo(0.05, 6);
  });

  it("draws a bar on a terminal", async () => {
    const written: string[] = [];
    const model = new MLP(2, 4, 2);
    await fit(model, circle(40, 1), {
      loss: crossEntropy,
      optimizer: new SGD(model.parameters()),
      progress: { isTTY: true, columns: 200, write: (text) => void written.push(text) },
    });
    expect(written[0]).toContain("1/2");
    expect(written[0]).toContain("epoch 1/1  loss");
    expect(written.at(-1)).toBe("\r\u001b[2K");
  });

  it("puts the parameters of the best epoch back, and ends when nothing gets better", async () => {
    const model = new MLP(2, 4, 2);
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const seen: number[][] = [];
    const history = await fit(model, circle(40, 1), {
      loss: crossEntropy,
      optimizer,
      epochs: 50,
      validate: circle(40, 2),
      schedule: (step) => (step < 6 ? 0.1 : -0.5), // from then on it climbs
      earlyStopping: { patience: 2 },
      onEvent: (event) => event.type === "epoch" && seen.push([...model.parameters()[0].toHost()]),
    });
    const losses = history.map(({ validation }) => validation!.loss);
    const best = losses.indexOf(Math.min(...losses));
    expect(history).toHaveLength(best + 4);
    expect([...model.parameters()[0].toHost()]).toEqual(seen[best]);
  });

  it("names the epoch and the batch at which a loss is not finite, and leaves the parameters alone", async () => {
    const model = new MLP(2, 4, 2);
    const kept = model.stateDict();
    const training = fit(model, circle(40, 1), {
      loss: (prediction) => prediction.sub(prediction).log().mean(),
      optimizer: new SGD(model.parameters()),
    });
    await expect(training).rejects.toThrow(/fit: epoch 1, batch 1: .*NaN or infinite/);
    expect(model.stateDict()).toEqual(kept);
  });

  it.each([
    [{ epochs: 0 }, "fit: epochs is 0; expected a whole number, 1 or more."],
    [{ batchSize: 1.5 }, "fit: batchSize is 1.5"],
    [{ metrics: { accuracy } }, "fit: metrics looks at the validation, and there is none"],
    [{ earlyStopping: { patience: -1 }, validate: circle(4, 1) }, "earlyStopping: patience is -1"],
  ])("refuses %o", async (options, message) => {
    const model = new MLP(2, 4, 2);
    const optimizer = new SGD(model.parameters());
    await expect(fit(model, circle(8, 1), { loss: crossEntropy, optimizer, ...options })).rejects.toThrow(message);
  });

  it("asks what is what where a batch has three tensors", async () => {
    const model = new MLP(2, 4, 2);
    const data: Examples<Batch> = { length: 1, batches: () => [{ a: zeros([1, 2]), b: zeros([1]), c: zeros([1]) }] };
    const options = { loss: crossEntropy, optimizer: new SGD(model.parameters()) };
    await expect(fit(model, data, options)).rejects.toThrow("a batch has the tensors a, b, c; which is what?");
  });
});

describe("Trainer", () => {
  it("broken off at any step and restored elsewhere equals the uninterrupted training, byte for byte", async () => {
    const whole = trainerOf(network(), 3);
    for await (const _ of whole.train());
    for (const stop of [1, 7, 8, 15]) {
      const first = trainerOf(network(), 3);
      let events = 0;
      for await (const _ of first.train()) if (++events === stop) break;
      const second = trainerOf(network(), 3);
      second.restore(first.checkpoint());
      for await (const _ of second.train());
      expect(second.history).toEqual(whole.history);
      expect(second.checkpoint()).toEqual(whole.checkpoint());
    }
  });

  it("refuses the checkpoint of something else", () => {
    const trainer = trainerOf(network(), 1);
    expect(() => trainer.restore(new Uint8Array(16))).toThrow();
    const other = new Trainer(new MLP(2, 2), circle(4, 1), {
      loss: crossEntropy,
      optimizer: new SGD([]),
    });
    expect(() => trainer.restore(other.checkpoint())).toThrow('the checkpoint holds no "model.0.weight"');
  });
});

describe("diagnose", () => {
  it("finds the units that are dead, the values that are saturated, and the gradients that fade", () => {
    const model = new Sequential(new Linear(2, 4), relu, new Linear(4, 3), tanh, new Linear(3, 1), sigmoid);
    (model.layers[0] as Linear).bias?.set([-100, -100, 1, 1]);
    (model.layers[2] as Linear).bias?.set([50, 0, 0]);
    const input = tensor([
      [0.1, 0.2],
      [-0.3, 0.1],
    ]);
    const { activations, gradients, loss } = diagnose(model, input, (prediction) => mse(prediction, zeros([2, 1])));
    const named = Object.fromEntries(activations.map((figures) => [figures.name, figures]));
    expect(activations.map(({ kind }) => kind)).toEqual(["Linear", "relu", "Linear", "tanh", "Linear", "sigmoid"]);
    expect(named["1"].deadShare).toBe(0.5);
    expect(named["1"].zeroShare).toBe(0.5);
    expect(named["3"].saturatedShare).toBeCloseTo(1 / 3, 6);
    expect(gradients.map(({ name }) => name)).toEqual(["0", "2", "4"]);
    expect(gradients.every(({ norm }) => norm > 0)).toBe(true);
    expect(loss).toBeGreaterThan(0);
    expect(model.forward(input).shape).toEqual([2, 1]);
    expect(model.layers[1]).toBe(relu);
  });
});

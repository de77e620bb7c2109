// vmap(f) is f over slices, one by one, and their results stacked: for every primitive, its gradients, in plans, and in another vmap.
import { describe, expect, it } from "vitest";
import { grad, valueAndGrad } from "./autodiff.ts";
import { compile } from "./compile.ts";
import { arange, ones, scalar, stack, tensor, zeros } from "./create.ts";
import { ShapeError, UsageError } from "./errors.ts";
import { publicOps } from "./functions/samples.test-data.ts";
import { weightsLike } from "./gradient-check.test-data.ts";
import { primitives } from "./ops/primitives.ts";
import { type Sample, type SampleInput, samples, sampleValues } from "./ops/samples.test-data.ts";
import { checkpoint } from "./functions/checkpoint.ts";
import { dropout, RandomStream } from "./functions/random.ts";
import { scan } from "./functions/scan.ts";
import { apply, type Tensor } from "./tensor.ts";
import { Variable, withValues } from "./variable.ts";
import { vmap } from "./vmap.ts";

const LANES = 3;

/** Input k of lane i: other values of the same kind. */
const inputOf = (input: SampleInput, k: number, i: number, float: "float32" | "float64"): Tensor => {
  const { shape, dtype = "float32", data } = input;
  const values = data ? data.map((_, at) => data[(at + i) % data.length]) : sampleValues(input, k + 10 * i);
  return tensor(Float64Array.from(values), { shape, dtype: dtype === "float32" ? float : dtype });
};

const isFloat = ({ dtype = "float32" }: SampleInput): boolean => dtype === "float32";

/** Every choice of inputs that differ from lane to lane. */
const choices = (count: number): boolean[][] =>
  Array.from({ length: 2 ** count - 1 }, (_, n) => Array.from({ length: count }, (_, k) => (((n + 1) >> k) & 1) === 1));

const expectNear = (got: Tensor, want: Tensor, tolerance: number): void => {
  expect(got.shape).toEqual(want.shape);
  expect(got.dtype).toBe(want.dtype);
  const [values, wanted] = [got.dataSync(), want.dataSync()];
  wanted.forEach((value, i) => {
    if (!Number.isFinite(value)) expect(values[i]).toEqual(value);
    else
      expect(Math.abs(values[i] - value), `element ${i}: ${values[i]} against ${value}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(value)),
      );
  });
};

/** One sample with a choice of lanes: the function by vmap and one by one, of the same arguments. */
interface Trial {
  readonly byVmap: (...args: Tensor[]) => Tensor;
  readonly oneByOne: (...args: Tensor[]) => Tensor;
  /** Wholes, and what is the same in all lanes. */
  readonly args: Tensor[];
}

const trialOf = (
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly SampleInput[],
  lanes: readonly boolean[],
  float: "float32" | "float64",
): Trial => {
  const args = inputs.map((input, k) => {
    const each = Array.from({ length: LANES }, (_, i) => inputOf(input, k, i, float));
    return lanes[k] ? stack(each) : each[0];
  });
  const pick = (all: readonly Tensor[], own: readonly Tensor[]): Tensor[] => {
    let next = 0;
    return all.map((x, k) => (lanes[k] ? own[next++] : x));
  };
  return {
    args,
    byVmap: (...all) => vmap((...own: Tensor[]) => f(...pick(all, own)))(...all.filter((_, k) => lanes[k])),
    oneByOne: (...all) =>
      stack(Array.from({ length: LANES }, (_, i) => f(...all.map((x, k) => (lanes[k] ? x.select(0, i) : x))))),
  };
};

const lossOf =
  (f: (...args: Tensor[]) => Tensor, args: readonly Tensor[], at: number) =>
  (x: Tensor): Tensor => {
    const out = f(...args.map((other, k) => (k === at ? x : other)));
    return out.mul(weightsLike(out, at).cast(out.dtype)).sum();
  };

const check = (f: (...inputs: Tensor[]) => Tensor, inputs: readonly SampleInput[], differentiable: boolean): void => {
  for (const lanes of choices(inputs.length)) {
    const { args, byVmap, oneByOne } = trialOf(f, inputs, lanes, "float32");
    const got = byVmap(...args);
    expectNear(got, oneByOne(...args), 2e-6);
    expect(compile(byVmap)(...args).dataSync()).toEqual(got.dataSync());
    if (!differentiable) continue;
    const exact = trialOf(f, inputs, lanes, "float64");
    inputs.forEach((input, k) => {
      if (!isFloat(input)) return;
      // The gradient of the mapped function, with respect to wholes and to what is the same in all lanes.
      const [mapped, single] = [exact.byVmap, exact.oneByOne].map((g) => grad(lossOf(g, exact.args, k))(exact.args[k]));
      expectNear(mapped, single, 1e-12);
    });
    // The mapped gradient, with respect to a lane.
    const at = lanes.findIndex((isLane, k) => isLane && isFloat(inputs[k]));
    if (at < 0) continue;
    const gradient = (...own: Tensor[]): Tensor => grad(lossOf(f, own, at))(own[at]);
    const { byVmap: mapped, oneByOne: single } = trialOf(gradient, inputs, lanes, "float64");
    expectNear(mapped(...exact.args), single(...exact.args), 1e-12);
  }
};

const opOf =
  (op: string, { attributes = {} }: Sample) =>
  (...inputs: Tensor[]): Tensor =>
    apply(op, inputs, attributes);

describe.each(Object.keys(primitives))("%s", (op) => {
  const usable = samples[op].filter(({ attributes }) => attributes?.dtype !== "float64");
  it.each(usable.map((sample, i) => [i, sample] as const))("sample %i", (_i, sample) => {
    const differentiable = primitives[op].gradient !== undefined && sample.attributes?.dtype === undefined;
    check(opOf(op, sample), sample.inputs, differentiable);
  });
  it("in a vmap of a vmap", () => {
    const [sample] = usable;
    const of = (i: number, j: number): Tensor[] =>
      sample.inputs.map((input, k) => inputOf(input, k, i * LANES + j, "float32"));
    const grid = Array.from({ length: 2 }, (_, i) => Array.from({ length: LANES }, (_, j) => of(i, j)));
    const f = opOf(op, sample);
    const wholes = sample.inputs.map((_, k) => stack(grid.map((row) => stack(row.map((inputs) => inputs[k])))));
    const want = stack(grid.map((row) => stack(row.map((inputs) => f(...inputs)))));
    expectNear(vmap(vmap(f))(...wholes), want, 2e-6);
    // The first input differs with both, the others with the inner one alone.
    const [first, ...others] = wholes;
    const rest = others.map((whole) => whole.select(0, 0));
    const mixed = vmap((rows: Tensor) => vmap((...inputs: Tensor[]) => f(...inputs))(rows, ...rest))(first);
    expectNear(
      mixed,
      stack(grid.map((row) => stack(row.map((inputs, j) => f(inputs[0], ...grid[0][j].slice(1)))))),
      2e-6,
    );
  });
});

describe("public ops", () => {
  it.each(Object.keys(publicOps))("%s", (name) => {
    for (const [f, ...inputs] of publicOps[name].calls) check(f, inputs, false);
  });
});

describe("vmap", () => {
  const w = tensor([1, -2, 0.5]);
  const xs = arange(0, 12, 1, "float32").reshape([4, 3]).sin();
  const ys = tensor([1, 0, 2, -1]);
  const loss = (at: Tensor, x: Tensor, y: Tensor): Tensor => x.mul(at).tanh().sum().sub(y).square();

  it("gives per-example gradients", () => {
    const each = vmap((x: Tensor, y: Tensor) => grad((at: Tensor) => loss(at, x, y))(w));
    const want = stack([0, 1, 2, 3].map((i) => grad((at: Tensor) => loss(at, xs.select(0, i), ys.select(0, i)))(w)));
    expectNear(each(xs, ys), want, 1e-6);
    expect(compile(each)(xs, ys).dataSync()).toEqual(each(xs, ys).dataSync());
  });
  it("gives second derivatives, and the gradient of a gradient around it", () => {
    const hessianRow = (at: Tensor, direction: Tensor): Tensor =>
      grad((p: Tensor) =>
        grad((q: Tensor) => loss(q, xs.select(0, 0), ys.select(0, 0)))(p)
          .mul(direction)
          .sum(),
      )(at);
    const rows = stack([0, 1, 2].map((i) => hessianRow(w, tensor([0, 1, 2].map((k) => Number(k === i))))));
    const identity = tensor([0, 1, 2].map((i) => [0, 1, 2].map((k) => Number(k === i))));
    expectNear(vmap((direction: Tensor) => hessianRow(w, direction))(identity), rows, 1e-6);
    const norm = (at: Tensor): Tensor =>
      vmap((x: Tensor, y: Tensor) => grad((p: Tensor) => loss(p, x, y))(at))(xs, ys)
        .square()
        .sum();
    const plain = (at: Tensor): Tensor =>
      stack([0, 1, 2, 3].map((i) => grad((p: Tensor) => loss(p, xs.select(0, i), ys.select(0, i)))(at)))
        .square()
        .sum();
    expectNear(grad(norm)(w), grad(plain)(w), 1e-5);
  });
  it("takes and gives trees, and puts side by side what is the same for all", () => {
    const { sum, same, pair } = vmap(({ a, b }: { a: Tensor; b: Tensor[] }) => ({
      sum: a.add(b[0]),
      same: w,
      pair: [a.sum(), scalar(7)],
    }))({ a: xs, b: [ys] });
    expect(sum.toArraySync()).toEqual(xs.add(ys.unsqueeze(1)).toArraySync());
    expect(same.shape).toEqual([4, 3]);
    expect(pair[1].toArraySync()).toEqual([7, 7, 7, 7]);
  });
  it("calls compiled functions, scans, and checkpoints inside", () => {
    const step = compile((h: Tensor, x: Tensor): [Tensor, Tensor] => [h.add(x).tanh(), x.mul(h)]);
    const run = (x: Tensor): Tensor => scan(step, scalar(0), x)[1].sum();
    expectNear(vmap(run)(xs), stack([0, 1, 2, 3].map((i) => run(xs.select(0, i)))), 1e-6);
    const saved = checkpoint((x: Tensor) => x.sin().mul(w).exp());
    const of = (x: Tensor): Tensor => grad((at: Tensor) => saved(at).sum())(x);
    expectNear(vmap(of)(xs), stack([0, 1, 2, 3].map((i) => of(xs.select(0, i)))), 1e-6);
    const whole = (f: (x: Tensor) => Tensor) => grad((at: Tensor) => vmap(f)(at).sum())(xs);
    expectNear(whole(saved), grad((at: Tensor) => at.sin().mul(w).exp().sum())(xs), 1e-6);
  });
  it("draws the same numbers for all from one stream, which moves on by one", () => {
    const stream = new RandomStream(3);
    const dropped = vmap((x: Tensor) => dropout(x, stream))(ones([4, 50]));
    const [first, ...others] = [0, 1, 2, 3].map((i) => dropped.select(0, i).toArraySync());
    for (const other of others) expect(other).toEqual(first);
    expect(stream.state.toHost()[2]).toBe(1);
  });
  it("runs a function with other values in Variables, and says what was assigned", () => {
    const [cell, count] = [new Variable(scalar(2), "cell"), new Variable(scalar(0), "count")];
    const f = (x: Tensor): Tensor => {
      count.assign(count.value.add(1));
      return x.mul(cell.value);
    };
    const mapped = vmap((value: Tensor) => {
      const [result, assigned] = withValues(new Map([[cell, value]]), () => f(w));
      expect([...assigned.keys()]).toEqual([count]);
      return result;
    });
    expect(mapped(tensor([1, 10])).toArraySync()).toEqual([
      [1, -2, 0.5],
      [10, -20, 5],
    ]);
    expect([cell, count].map((one) => one.value.itemSync())).toEqual([2, 0]);
  });
  it("of no slices gives none", () => {
    expect(vmap((x: Tensor) => x.matmul(zeros([3, 2])))(zeros([0, 5, 3])).shape).toEqual([0, 5, 2]);
    expect(valueAndGrad((x: Tensor) => vmap((y: Tensor) => y.exp())(x).sum())(zeros([0, 2]))[1].shape).toEqual([0, 2]);
  });
  it.each<[string, new (message: string) => Error, () => unknown]>([
    ["vmap: expects tensors among the arguments", ShapeError, () => vmap(() => w)()],
    [
      "vmap: expects tensors with one number of slices as their first dim, got Tensor(float32 [4, 3]), Tensor(float32 [3])",
      ShapeError,
      () => vmap((a: Tensor, b: Tensor) => a.add(b))(xs, w),
    ],
    ["vmap: expects tensors with one number of slices", ShapeError, () => vmap((a: Tensor) => a)(scalar(1))],
    ["A value was read inside vmap", UsageError, () => vmap((x: Tensor) => scalar(x.sum().itemSync()))(xs)],
    [
      "assign: variable mean got a value that differs from slice to slice of vmap",
      UsageError,
      () => {
        const mean = new Variable(scalar(0), "mean");
        vmap((x: Tensor) => {
          mean.assign(x.mean());
          return x;
        })(xs);
      },
    ],
    ["matmul: inner sizes differ, 3 and 2", ShapeError, () => vmap((x: Tensor) => x.matmul(zeros([2, 2])))(xs)],
    ["scope: got an async function", UsageError, () => vmap(async (x: Tensor) => x)(xs)],
  ])("%s", (message, kind, f) => {
    expect(f).toThrow(kind);
    expect(f).toThrow(message);
  });
});

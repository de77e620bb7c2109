// Checkpointing, recurrences and gradients of one's own.
import { describe, expect, it } from "vitest";
import { differentiate, grad, valueAndGrad } from "../autodiff.ts";
import { compile } from "../compile.ts";
import { arange, scalar, tensor, zeros } from "../create.ts";
import { currentBackend } from "../engine.ts";
import { ShapeError } from "../errors.ts";
import { checkFunction } from "../gradient-check.test-data.ts";
import { scope } from "../scope.ts";
import { customGradient, type Tensor } from "../tensor.ts";
import { Parameter, Variable } from "../variable.ts";
import { checkpoint } from "./checkpoint.ts";
import { batchNorm } from "./normalisation.ts";
import { dropout, RandomStream } from "./random.ts";
import { scan } from "./scan.ts";

const wave = (...shape: number[]): Tensor =>
  arange(
    0,
    shape.reduce((n, m) => n * m, 1),
    1,
    "float32",
  )
    .reshape(shape)
    .sin();

describe("checkpoint", () => {
  const block = (x: Tensor, w: Tensor): Tensor => x.matmul(w).tanh().matmul(w).sigmoid();

  checkFunction("of a block", [{ shape: [2, 3] }, { shape: [3, 3] }], (x, w) => checkpoint(block)(x, w).square());
  checkFunction("inside a checkpoint", [{ shape: [2, 3] }, { shape: [3, 3] }], (x, w) =>
    checkpoint((at: Tensor) => checkpoint(block)(at.mul(2), w).add(at))(x),
  );
  checkFunction("with trees, and what it captures", [{ shape: [3] }, { shape: [3] }], (x, y) => {
    const before = x.mul(y);
    const f = checkpoint(({ a, b }: { a: Tensor; b: Tensor }) => ({
      sum: a.mul(before).add(b),
      all: [a.exp(), b.sum()],
    }));
    const { sum, all } = f({ a: x.square(), b: y });
    return sum.mul(all[0]).add(all[1]);
  });

  it("gives the gradient of parameters that it uses, plain and compiled", () => {
    const [w, x] = [new Parameter(wave(3, 3)), wave(2, 3)];
    const plain = (at: Tensor): Tensor => block(at, w.value);
    const step = (f: (x: Tensor) => Tensor) => (at: Tensor) =>
      differentiate([w], () =>
        f(at)
          .mul(f(at.add(1)))
          .sum(),
      ).gradients[0];
    const want = scope(() => step(plain)(x));
    // The parameter's shares are added up in another order.
    for (const got of [scope(() => step(checkpoint(plain))(x)), compile(step(checkpoint(plain)))(x)])
      expect(got.sub(want).abs().max().itemSync()).toBeLessThan(1e-6);
  });
  it("runs nothing twice outside a gradient", () => {
    let runs = 0;
    checkpoint((x: Tensor) => {
      runs++;
      return x;
    })(scalar(1));
    expect(runs).toBe(1);
  });
  it.each([
    ["plain", <T extends (...args: Tensor[]) => unknown>(f: T): T => f],
    ["compiled", <T extends (...args: Tensor[]) => unknown>(f: T): T => compile(f as never) as unknown as T],
  ])("Variables change once, and the second run draws what the first drew (%s)", (_name, run) => {
    const make = () => {
      const random = new RandomStream(5);
      const [runningMean, runningVar] = [new Variable(zeros([3])), new Variable(zeros([3]))];
      const f = (x: Tensor): Tensor =>
        dropout(batchNorm(dropout(x, random).mul(x), { runningMean, runningVar }), random).square();
      return { f, state: () => [random.state, runningMean, runningVar].map((v) => [...v.toHost()]) };
    };
    const [plain, saved] = [make(), make()];
    const x = wave(4, 3);
    const twice = (f: (x: Tensor) => Tensor) => (at: Tensor) => f(f(at)).sum();
    for (let i = 0; i < 2; i++) {
      const [a, b] = [run(grad(twice(plain.f)))(x), run(grad(twice(checkpoint(saved.f))))(x)];
      expect(b.toArraySync()).toEqual(a.toArraySync());
      expect(saved.state()).toEqual(plain.state());
    }
    expect(saved.state()[0][2]).toBe(8);
  });

  /** 16 layers in blocks of four. */
  const deep = (wrap: typeof checkpoint, look: (x: Tensor) => Tensor) => (x: Tensor) => {
    let at = x;
    for (let i = 0; i < 4; i++)
      at = wrap((start: Tensor) => {
        let inner = start;
        for (let k = 0; k < 4; k++) inner = look(inner.sin().tanh().exp().sigmoid());
        return inner;
      })(at);
    return at.sum();
  };
  const plainly = ((f: unknown) => f) as typeof checkpoint;
  const n = 10_000;

  it("keeps less memory while a gradient is taken", () => {
    const peak = (wrap: typeof checkpoint): number => {
      const before = currentBackend().memory().inUse;
      let most = 0;
      const look = (x: Tensor): Tensor =>
        customGradient(
          [x],
          ([y]) => y.add(0),
          (g) => {
            most = Math.max(most, currentBackend().memory().inUse - before);
            return [g];
          },
        );
      grad(deep(wrap, look))(wave(n));
      expect(currentBackend().memory().inUse).toBe(before);
      return most;
    };
    expect(peak(checkpoint)).toBeLessThan(0.6 * peak(plainly));
  });
  it("keeps less memory in a plan", () => {
    const w = wave(8, 8);
    const bytes = (wrap: typeof checkpoint): number =>
      compile(grad(deep(wrap, (x) => x.matmul(w)))).plan(zeros([n / 8, 8])).arenaBytes;
    expect(bytes(checkpoint)).toBeLessThan(0.6 * bytes(plainly));
  });
  it("keeps less memory in a plan of elementwise blocks, whose gradient comes after the whole loss", () => {
    // The loss must be there before its gradient: what is kept for that long has a place in memory.
    const squared = (wrap: typeof checkpoint) => (x: Tensor) =>
      deep(
        wrap,
        (y) => y,
      )(x)
        .square()
        .mul(deep(wrap, (y) => y)(x.mul(2)));
    const bytes = (wrap: typeof checkpoint): number => compile(grad(squared(wrap))).plan(zeros([n])).arenaBytes;
    expect(bytes(checkpoint)).toBeLessThan(0.5 * bytes(plainly));
    const x = wave(n);
    const difference = compile(grad(squared(checkpoint)))(x).sub(compile(grad(squared(plainly)))(x));
    expect(difference.abs().max().itemSync()).toBeLessThan(1e-6);
  });
  it("refuses results without a gradient", () => {
    expect(() =>
      grad((x: Tensor) =>
        checkpoint((at: Tensor) => at.cast("int32"))(x)
          .cast("float32")
          .sum(),
      )(zeros([2])),
    ).toThrow("checkpoint: expects the function to return float tensors of one type, got Tensor(int32 [2]).");
  });
});

describe("scan", () => {
  const cell = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = h.mul(0.5).add(x).tanh();
    return [next, next.square()];
  };
  checkFunction("a recurrence", [{ shape: [2] }, { shape: [4, 2] }], (h, xs) => {
    const [last, ys] = scan(cell, h, xs);
    return ys.sum(0).add(last);
  });
  checkFunction("a recurrence of checkpoints", [{ shape: [2] }, { shape: [4, 2] }], (h, xs) => {
    const [last, ys] = scan(checkpoint(cell), h, xs);
    return ys.sum(0).add(last);
  });

  it("takes trees, and tells the time", () => {
    const xs = { a: arange(0, 3), b: arange(0, 6).reshape([3, 2]) };
    const [{ sum }, ys] = scan(
      (carry, { a, b }, t) => [{ sum: carry.sum.add(b.sum()) }, { a: a.mul(10), t: scalar(t) }],
      { sum: scalar(0, "int32") },
      xs,
    ) as [{ sum: Tensor }, { a: Tensor; t: Tensor }];
    expect([sum, ys.a, ys.t].map((x) => x.toArraySync())).toEqual([15, [0, 10, 20], [0, 1, 2]]);
  });
  it.each<[string, () => unknown]>([
    [
      "scan: expects sequences of one length, at least 1, got Tensor(float32 [3]), Tensor(float32 [2]).",
      () => scan((h) => [h, h], scalar(0), [zeros([3]), zeros([2])]),
    ],
    [
      "scan: expects sequences of one length, at least 1, got Tensor(float32 [0, 2]).",
      () => scan(cell, zeros([2]), zeros([0, 2])),
    ],
    [
      "scan: step 1 turned the carry from float32 [1] into float32 [2]; its shapes must stay.",
      () => scan((h, x: Tensor, t) => [t === 0 ? h : h.concat([h]), x], zeros([1]), zeros([3])),
    ],
  ])("%s", (message, f) => {
    expect(f).toThrow(ShapeError);
    expect(f).toThrow(message);
  });
});

describe("customGradient", () => {
  const softplus = (x: Tensor): Tensor =>
    customGradient(
      [x],
      ([v]) => v.relu().add(v.abs().neg().exp().log1p()),
      (g, _y, [v]) => [g.mul(v.sigmoid())],
    );
  checkFunction("softplus as in its documentation", [{ shape: [2, 3] }], softplus);
  checkFunction("a product with both rules", [{ shape: [3] }, { shape: [2, 3] }], (a, b) =>
    customGradient(
      [a, b],
      ([x, y]) => x.mul(y),
      (g, _out, [x, y]) => [g.mul(y).sumTo(x.shape), g.mul(x)],
    ),
  );

  it("uses the rule and not the function", () => {
    const straight = (x: Tensor) =>
      customGradient(
        [x],
        ([v]) => v.round(),
        (g) => [g],
      );
    const [value, gradient] = valueAndGrad((x: Tensor) => straight(x).mul(3).sum())(tensor([0.4, 1.7]));
    expect([value.itemSync(), gradient.toArraySync()]).toEqual([6, [3, 3]]);
  });
  it.each<[string, (g: Tensor) => Tensor[]]>([
    ["customGradient: the rule gave 2 gradients for 1 inputs.", (g) => [g, g]],
    ["customGradient: the gradient of input 0 is [], expected [2]; sum it with sumTo.", (g) => [g.sum()]],
  ])("%s", (message, rule) => {
    const f = (x: Tensor) => customGradient([x], ([v]) => v, rule).sum();
    expect(() => grad(f)(zeros([2]))).toThrow(message);
  });
});

// Behaviour of the core that no single op owns: shapes, errors, scopes, variables, compile.
import { describe, expect, it } from "vitest";
import { differentiate, grad, valueAndGrad } from "./autodiff.ts";
import { compile } from "./compile.ts";
import { arange, concat, oneHot, scalar, stack, tensor, zeros } from "./create.ts";
import { NonFiniteError, ShapeError, UsageError } from "./errors.ts";
import { guardFinite } from "./guard.ts";
import { setDebug } from "./engine.ts";
import { scope } from "./scope.ts";
import { selectBackend } from "./select.ts";
import { Tensor } from "./tensor.ts";
import { blend, copy, Parameter, Variable } from "./variable.ts";

describe("shapes", () => {
  it("reshape infers one length and refuses what does not fit", () => {
    expect(arange(0, 6).reshape([2, -1]).shape).toEqual([2, 3]);
    expect(() => arange(0, 6).reshape([4, 2])).toThrow("reshape: [6] (6 elements) does not fill [4, 2].");
  });
  it("slice takes ranges from either end, with steps", () => {
    const x = arange(0, 12).reshape([3, 4]);
    expect(x.slice([1, null], [null, null, 2]).toArraySync()).toEqual([
      [4, 6],
      [8, 10],
    ]);
    expect(x.slice(-1, [-2, null]).toArraySync()).toEqual([[10, 11]]);
    expect(x.slice([0, 3, 2], [0, 4, 3]).toArraySync()).toEqual([
      [0, 3],
      [8, 11],
    ]);
  });
  it("stack, concat and oneHot build what their names say", () => {
    expect(stack([tensor([1, 2]), tensor([3, 4])], 1).toArraySync()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(concat([tensor([1]), tensor([2, 3])]).toArraySync()).toEqual([1, 2, 3]);
    expect(oneHot(tensor([2, 0], { dtype: "int32" }), 3).toArraySync()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });
  it("types promote from bool to int32 to float", () => {
    expect(arange(0, 3).add(tensor([1, 2, 3])).dtype).toBe("float32");
    expect(arange(0, 3).mul(0.5).toArraySync()).toEqual([0, 0.5, 1]);
    expect(arange(0, 3).add(1).dtype).toBe("int32");
  });
});

describe("errors name the op and the shapes", () => {
  const x = zeros([2, 3]);
  it.each<[string, () => unknown, string]>([
    ["broadcast", () => x.add(zeros([2])), "add: shapes [2, 3] and [2] do not broadcast (3 against 2)."],
    ["matmul", () => x.matmul(zeros([4, 5])), "matmul: inner sizes differ, 3 and 4 (a [2, 3], b [4, 5])."],
    ["dim", () => x.sum(2), "sum: dim 2 does not exist in a tensor of rank 2."],
    ["twice", () => x.sum([0, -2]), "name a dim twice"],
    ["ragged", () => tensor([[1, 2], [3]]), "ragged"],
    ["gather", () => x.gather(1, tensor([[3]], { dtype: "int32" })), "gather: index 3 is outside [0, 3)."],
    ["item", () => x.itemSync(), "item: expects one element, got shape [2, 3]"],
    ["empty", () => zeros([0, 2]).max(0), "max: nothing to reduce"],
    ["loss", () => grad((t: Tensor) => t)(x), "the function must return one float number"],
    ["concat", () => concat([x, zeros([2, 2])]), "does not continue"],
    ["permute", () => x.permute([0, 0]), "is no order"],
  ])("%s", (_name, f, message) => {
    expect(f).toThrow(ShapeError);
    expect(f).toThrow(message);
  });
});

describe("scopes", () => {
  it("refuse async functions", () => {
    expect(() => scope(async () => 1)).toThrow(UsageError);
    expect(() => compile(async () => 1)()).toThrow(UsageError);
  });
  it("return trees", () => {
    const { a, rest } = scope(() => ({ a: scalar(1).add(1), rest: [scalar(3)] }));
    expect([a.itemSync(), rest[0].itemSync()]).toEqual([2, 3]);
  });
});

describe("differentiation", () => {
  it("gives value and gradient of a tree", () => {
    const [value, gradient] = valueAndGrad(({ a, b }: { a: Tensor; b: Tensor }) => a.mul(b).sum())({
      a: tensor([1, 2]),
      b: tensor([3, 4]),
    });
    expect(value.itemSync()).toBe(11);
    expect(gradient.a.toArraySync()).toEqual([3, 4]);
    expect(gradient.b.toArraySync()).toEqual([1, 2]);
  });
  it("nests to third order", () => {
    const third = grad(grad(grad((x: Tensor) => x.mul(x).mul(x).mul(x))));
    expect(third(scalar(2)).itemSync()).toBe(48);
  });
  it("flows through a scope inside", () => {
    const f = grad((x: Tensor) => scope(() => x.exp().log().mul(x)).sum());
    expect(f(scalar(3)).itemSync()).toBeCloseTo(6, 5);
  });
  it("of parameters asks for a scope", () => {
    const w = new Parameter(scalar(2));
    expect(() => differentiate([w], () => w.value.square())).toThrow("differentiate: called outside a scope");
  });
  it("gives zeros where the loss does not depend on the argument", () => {
    expect(grad((_x: Tensor) => scalar(1))(tensor([1, 2])).toArraySync()).toEqual([0, 0]);
  });
  it("sees a perturbation of the outer function in the inner one", () => {
    // d/dx [x · d/dy (x·y)] at y = 3 is d/dx x² = 2x.
    const f = grad((x: Tensor) => x.mul(grad((y: Tensor) => x.mul(y))(scalar(3))));
    expect(f(scalar(5)).itemSync()).toBe(10);
  });
});

describe("variables", () => {
  it("keep the value read before an assignment in the same scope", () => {
    const cell = new Variable(tensor([1, 2]));
    const before = scope(() => {
      const value = cell.value;
      cell.assign(tensor([5, 6]));
      return value.add(0);
    });
    expect(before.toArraySync()).toEqual([1, 2]);
    expect(cell.value.toArraySync()).toEqual([5, 6]);
  });
  it("a value read outside is a copy", () => {
    const cell = new Variable(tensor([1]));
    const value = cell.value;
    cell.assign(tensor([2]));
    expect(value.itemSync()).toBe(1);
  });
  it("copy and blend target networks", () => {
    const [a, b] = [new Variable(tensor([1, 2])), new Variable(tensor([3, 6]))];
    blend([a], [b], 0.5);
    expect(b.value.toArraySync()).toEqual([2, 4]);
    copy([a], [b]);
    expect(b.value.toArraySync()).toEqual([1, 2]);
  });
  it("refuse other shapes", () => {
    expect(() => new Variable(tensor([1]), "w").assign(tensor([1, 2]))).toThrow(
      "variable w holds float32 [1], got float32 [2]",
    );
  });
});

describe("compile", () => {
  it("a compiled function may return a Variable's value before its assignment", () => {
    const count = new Variable(scalar(1));
    const next = compile(() => {
      const before = count.value;
      count.assign(before.add(10));
      return before;
    });
    expect([next().itemSync(), next().itemSync(), count.value.itemSync()]).toEqual([1, 11, 21]);
  });
  it("no other backend is selected while a scope is open", async () => {
    let selected: Promise<unknown> = Promise.resolve();
    scope(() => {
      selected = selectBackend("js");
    });
    await expect(selected).rejects.toThrow("selectBackend: not inside grad, minimize, compile or scope.");
  });
  it("finds the Variables of a step where they are after they have been on another backend", async () => {
    const make = (): Variable[] => Array.from({ length: 8 }, () => new Variable(scalar(1)));
    const [doubled, others] = [make(), make()];
    const double = compile(() => doubled.forEach((cell) => cell.assign(cell.value.mul(2))));
    const bound = double.bind();
    for (const backend of ["wasm", "js", "wasm"] as const) {
      await selectBackend(backend);
      // Whatever moves here takes places that are free now.
      scope(() => others.forEach(({ value }) => value.add(1)));
      double();
    }
    expect(doubled.map((cell) => cell.toHost()[0])).toEqual(doubled.map(() => 8));
    expect(others.map((cell) => cell.toHost()[0])).toEqual(others.map(() => 1));
    bound.run();
    expect(doubled.map((cell) => cell.toHost()[0])).toEqual(doubled.map(() => 16));
  });
  it("records once per shape and replays", () => {
    let recordings = 0;
    const f = compile((x: Tensor) => {
      recordings++;
      return x.mul(2).sum();
    });
    expect(f(tensor([1, 2])).itemSync()).toBe(6);
    expect(f(tensor([3, 4])).itemSync()).toBe(14);
    expect(f(tensor([1, 2, 3])).itemSync()).toBe(12);
    expect(recordings).toBe(2);
  });
  it("takes numbers as inputs, not as constants", () => {
    const f = compile((x: Tensor, rate: Tensor | number) => x.mul(rate));
    expect(f(tensor([2]), 3).toArraySync()).toEqual([6]);
    expect(f(tensor([2]), 4).toArraySync()).toEqual([8]);
  });
  it("keys plans by static arguments", () => {
    const f = compile((x: Tensor, train: boolean) => (train ? x.mul(2) : x));
    expect(f(tensor([2]), true).toArraySync()).toEqual([4]);
    expect(f(tensor([2]), false).toArraySync()).toEqual([2]);
  });
  it("assigns variables in order, all at once", () => {
    const [a, b] = [new Variable(scalar(1)), new Variable(scalar(2))];
    const swap = compile(() => {
      const [x, y] = [a.value, b.value];
      a.assign(y);
      b.assign(x);
      a.assign(a.value.mul(10));
    });
    swap();
    expect([a.value.itemSync(), b.value.itemSync()]).toEqual([20, 1]);
  });
  it("refuses to read values while recording", () => {
    expect(() => compile((x: Tensor) => x.mul(x.sum().itemSync()))(tensor([1]))).toThrow(
      "while its step is being recorded",
    );
  });
  it("equals the eager step, gradient and all", () => {
    const run = (compiled: boolean): number[] => {
      const w = new Parameter(tensor([[0.5, -0.3]]));
      const step = (x: Tensor): Tensor => {
        const { loss, gradients } = differentiate([w], () => x.matmul(w.value.transpose()).tanh().square().mean());
        w.assign(w.value.sub(gradients[0].mul(0.1)));
        return loss;
      };
      const f = compiled ? compile(step) : (x: Tensor): Tensor => scope(() => step(x));
      const losses = Array.from({ length: 5 }, (_, i) =>
        f(
          tensor([
            [1, i],
            [2, 1],
          ]),
        ).itemSync(),
      );
      return [...losses, ...w.toHost()];
    };
    expect(run(true)).toEqual(run(false));
  });
  it("in debug mode names a captured value that changed", () => {
    let rate = 0.5;
    let path = false;
    const f = compile((x: Tensor) => (path ? x.neg() : x).mul(rate));
    setDebug(true);
    try {
      expect(f(scalar(2)).itemSync()).toBe(1);
      expect(f(scalar(4)).itemSync()).toBe(2);
      rate = 0.25;
      expect(() => f(scalar(2))).toThrow("a captured value, used by mul, was 0.5 and is now 0.25");
      path = true;
      expect(() => f(scalar(2))).toThrow("the function takes another path (step 1 was mul, now neg)");
    } finally {
      setDebug(false);
    }
  });
  it("bind runs over arrays made once", () => {
    const bound = compile((x: Tensor) => x.mul(2)).bind(zeros([3]));
    bound.inputs[0].set([1, 2, 3]);
    bound.run();
    expect([...bound.outputs[0]]).toEqual([2, 4, 6]);
  });
});

describe("guards", () => {
  const step =
    (cell: Variable) =>
    (x: Tensor): Tensor => {
      const f = (): Tensor => x.log().sum();
      const loss = f();
      guardFinite([loss], f);
      cell.assign(loss);
      return loss;
    };
  it.each([true, false])("write nothing and name the op (compiled: %s)", (compiled) => {
    const cell = new Variable(scalar(7));
    const f = compiled ? compile(step(cell)) : (x: Tensor): Tensor => scope(() => step(cell)(x));
    f(tensor([1, 1]));
    expect(cell.value.itemSync()).toBe(0);
    try {
      f(tensor([1, -1]));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NonFiniteError);
      expect((error as NonFiniteError).op).toBe("log");
    }
    expect(cell.value.itemSync()).toBe(0);
  });
});

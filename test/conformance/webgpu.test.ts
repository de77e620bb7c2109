// The webgpu backend in Node, on a software driver: conformance, the training step B1, and the contract of deferred reads and plans.
import {
  compile,
  grad,
  mapTree,
  NonFiniteError,
  OutOfMemoryError,
  scalar,
  scope,
  selectBackend,
  tensor,
  Variable,
} from "@agon/tensor";
import { DeviceLostError, provideGpu } from "@agon/tensor/webgpu";
import { Adam } from "@agon/optim";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../packages/tensor/src/backend.ts";
import {
  choices,
  filled,
  randomFunction,
  shapes,
} from "../../packages/tensor/src/backends/random-function.test-data.ts";
import { openBackend } from "../../packages/tensor/src/backends/available.ts";
import { primitives } from "../../packages/tensor/src/ops/primitives.ts";
import { cases, extremeFailuresOf, failuresOf, supportedOps, extremeOps } from "../webgpu/conformance.ts";
import { apartOnWebgpu, trainer } from "../webgpu/training.ts";
import { mustRun, testGpu } from "../webgpu/software-gpu.ts";
import { watch } from "../webgpu/watched-gpu.ts";

const found = await testGpu();
const skipped = typeof found === "string" && !mustRun;
if (skipped) console.warn(`SKIPPED, webgpu in Node: ${found}.`);

describe.skipIf(skipped)(skipped ? `webgpu in Node (${found})` : "webgpu in Node", () => {
  if (typeof found === "string") {
    it("runs in CI, where Chromium and its software driver are", () => expect.fail(found));
    return;
  }
  const { gpu, calls, device, refuseNextBuffer } = watch(found);
  const backend = async (): Promise<Backend> => (await openBackend("webgpu", expect.fail))!;

  beforeAll(() => provideGpu(gpu));
  beforeEach(async () => expect(await selectBackend("webgpu")).toBe("webgpu"));
  afterAll(async () => {
    await selectBackend("wasm");
    provideGpu(null);
  });

  describe("conformance", () => {
    it("is asked of ops that exist", () => {
      expect(Object.keys(primitives)).toEqual(expect.arrayContaining([...supportedOps]));
    });
    it.each(cases.map((one) => [one.op, one.sample, one] as const))("%s, sample %i", async (_op, _sample, one) => {
      expect(await failuresOf(await backend(), one)).toEqual([]);
    });
  });

  describe("of zeros, infinities and NaN, and where results overflow", () => {
    it.each(extremeOps)("%s", async (op) => expect(await extremeFailuresOf(await backend(), op)).toEqual([]));
  });

  describe("a plan gives what its ops give one by one", () => {
    const bits = (all: readonly { data(): Promise<ArrayLike<number>> }[]): Promise<string[]> =>
      Promise.all(all.map(async (one) => String([...new Int32Array(Float32Array.from(await one.data()).buffer)])));
    it("Variables that swap their values change at once, and an output keeps the one before", async () => {
      const [a, b] = [new Variable(tensor([1, 2])), new Variable(tensor([3, 4]))];
      const swap = compile(() => {
        const [x, y] = [a.value, b.value];
        a.assign(y);
        b.assign(x);
        return x;
      });
      expect(await swap().data()).toEqual(Float32Array.of(1, 2));
      expect(await a.value.data()).toEqual(Float32Array.of(3, 4));
      expect(await b.value.data()).toEqual(Float32Array.of(1, 2));
    });

    it.each(Array.from({ length: 25 }, (_, seed) => seed))("random function %i", async (seed) => {
      const make = (): Variable[] => shapes.map((shape, i) => new Variable(filled(shape, choices(seed + 1000 * i))));
      const [planned, plain] = [make(), make()];
      const compiled = compile(randomFunction(seed, planned));
      const eager = randomFunction(seed, plain);
      for (let round = 0; round < 2; round++) {
        const inputs = shapes.map((shape, i) => filled(shape, choices(seed + 77 * round + 1000 * i)));
        expect(await bits(compiled(...inputs))).toEqual(await bits(scope(() => eager(...inputs))));
        expect(await bits(planned.map(({ value }) => value))).toEqual(await bits(plain.map(({ value }) => value)));
      }
    });
  });

  describe("the compiled step B1", () => {
    it.each([1, 2, 3])("learns as on wasm, seed %i", async (seed) => {
      const apart = await apartOnWebgpu("B1", seed);
      expect(apart.losses).toBeLessThan(1e-6);
      // Of a way of up to 20 learning rates.
      expect(apart.parameters).toBeLessThan(0.01);
    });

    /** Nothing was asked of the device; what earlier tests left behind may have been collected meanwhile. */
    const expectFlat = async (before: ReturnType<Backend["memory"]>): Promise<void> => {
      const { inUse, reserved } = (await backend()).memory();
      expect(reserved).toBe(before.reserved);
      expect(inUse).toBeLessThanOrEqual(before.inUse);
    };

    it("and one that tells classes by their cross-entropy does", async () => {
      const apart = await apartOnWebgpu("classes", 1);
      expect(apart.losses).toBeLessThan(1e-6);
      expect(apart.parameters).toBeLessThan(0.01);
    });

    it("makes nothing in a replay, and submits one command buffer", async () => {
      const { inputs, targets, step } = trainer("B1", 1);
      const replay = (): void => scope(() => void step(inputs, targets));
      for (let i = 0; i < 3; i++) replay();
      const before = (await backend()).memory();
      calls.clear();
      for (let i = 0; i < 20; i++) replay();
      expect(Object.fromEntries(calls)).toEqual({ createCommandEncoder: 20, submit: 20, writeBuffer: 40 });
      await expectFlat(before);
    });

    it("places its temporaries by their lives", () => {
      const { inputs, targets, step } = trainer("B1", 1);
      const { rows, arenaBytes } = step.plan(inputs, targets);
      expect(rows.some(({ ops }) => ops.join() === "matmul")).toBe(true);
      expect(rows.some(({ ops }) => ops.length > 1)).toBe(true);
      const bytes = rows.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
      expect(arenaBytes).toBeLessThan(bytes);
    });

    it("reads the loss in one more command buffer, with nothing made after the first time", async () => {
      const { inputs, targets, step } = trainer("B1", 1);
      for (let i = 0; i < 3; i++) await step(inputs, targets).item();
      const before = (await backend()).memory();
      calls.clear();
      for (let i = 0; i < 20; i++) await step(inputs, targets).item();
      expect(Object.fromEntries(calls)).toEqual({ createCommandEncoder: 40, submit: 40, writeBuffer: 40 });
      await expectFlat(before);
    });

    it("bound, runs and fills its outputs in one command buffer", async () => {
      const { inputs, targets, step } = trainer("B1", 1);
      const other = trainer("B1", 1);
      const bound = step.bind(inputs, targets);
      const losses: number[] = [];
      const wanted: number[] = [];
      for (let i = 0; i < 2; i++) {
        await bound.runAsync();
        losses.push(bound.outputs[0][0]);
        wanted.push(await other.step(other.inputs, other.targets).item());
      }
      expect(losses).toEqual(wanted);
      const before = (await backend()).memory();
      calls.clear();
      for (let i = 0; i < 20; i++) await bound.runAsync();
      expect(Object.fromEntries(calls)).toEqual({ createCommandEncoder: 20, submit: 20, writeBuffer: 40 });
      await expectFlat(before);
      expect(() => bound.run()).toThrow("bind: on webgpu outputs cannot be filled at once; await runAsync()");
    });
  });

  describe("reads are promises", () => {
    const atOnce = "webgpu: values cannot be read at once; await data(), item() or toArray()";

    it("and reading at once is one clear error", () => {
      const x = scope(() => tensor([1, 2]).mul(2));
      const variable = new Variable(x);
      expect(() => x.dataSync()).toThrow(atOnce);
      expect(() => x.sum().itemSync()).toThrow(atOnce);
      expect(() => x.toArraySync()).toThrow(atOnce);
      expect(() => variable.toHost()).toThrow(atOnce);
    });

    it("of tensors that outlive their scope, of Variables, of several types", async () => {
      const x = scope(() => tensor([1, -2, 3, 4], { shape: [2, 2] }).mul(2));
      expect(String(await x.toArray())).toBe("2,-4,6,8");
      expect(await x.less(0).data()).toEqual(Uint8Array.of(0, 1, 0, 0));
      expect(await x.cast("int32").add(1).data()).toEqual(Int32Array.of(3, -3, 7, 9));
      expect(await x.sum().item()).toBe(12);
      const variable = new Variable(x.neg());
      variable.assign(variable.value.add(1));
      expect(await variable.value.data()).toEqual(Float32Array.of(-1, 5, -5, -7));
      variable.set([1, 2, 3, 4]);
      expect(await variable.value.data()).toEqual(Float32Array.of(1, 2, 3, 4));
    });

    it("give what was there at the call, whatever follows", async () => {
      const variable = new Variable(scalar(1));
      const double = compile(() => variable.assign(variable.value.mul(2)));
      const reads = [];
      for (let i = 0; i < 5; i++) {
        reads.push(variable.value.item());
        double();
      }
      expect(await Promise.all(reads)).toEqual([1, 2, 4, 8, 16]);
    });

    it("gradients outside compile work as on other backends", async () => {
      const x = tensor([1, 2, 3, 4]);
      let line = { slope: scalar(0), offset: scalar(0) };
      const error = ({ slope, offset }: typeof line) => x.mul(slope).add(offset).sub(x.mul(3).add(2)).square().mean();
      for (let i = 0; i < 300; i++)
        line = mapTree((value, gradient) => value.sub(gradient.mul(0.1)), line, grad(error)(line));
      expect(await line.slope.item()).toBeCloseTo(3, 2);
      expect(await line.offset.item()).toBeCloseTo(2, 1);
    });

    it("values move along when another backend is selected, and back", async () => {
      const variable = new Variable(scalar(3));
      const x = scope(() => variable.value.add(4));
      const double = compile(() => variable.assign(variable.value.mul(2)));
      const resting = new Variable(scalar(0));
      const count = compile(() => resting.assign(resting.value.add(1)));
      count();
      double();
      await selectBackend("wasm");
      expect(variable.toHost()[0]).toBe(6);
      expect(x.itemSync()).toBe(7);
      double();
      expect(variable.toHost()[0]).toBe(12);
      expect(resting.toHost()[0]).toBe(1);
      await selectBackend("webgpu");
      double();
      count();
      expect(await variable.value.item()).toBe(24);
      expect(await resting.value.item()).toBe(2);
      expect(() => resting.toHost()).toThrow(atOnce);
      expect(await x.add(1).item()).toBe(8);
    });
  });

  describe("a step that is not finite", () => {
    const learner = () => {
      const weight = new Variable(tensor([1, 2]));
      const optimizer = new Adam([weight], { learningRate: 0.1 });
      const step = compile((x: ReturnType<typeof tensor>) => optimizer.minimize(() => x.log().mul(weight.value).sum()));
      return { weight, step };
    };

    it("writes nothing, and the read of its result names the op", async () => {
      const { weight, step } = learner();
      const stopped = step(tensor([1, 0]));
      const error = await stopped.item().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NonFiniteError);
      expect(error).toMatchObject({ op: "log", message: expect.stringContaining("nothing was written") });
      expect(await weight.value.data()).toEqual(Float32Array.of(1, 2));
      expect(await step(tensor([1, 2])).item()).toBeCloseTo(2 * 0.6931, 3);
      expect(await weight.value.data()).not.toEqual(Float32Array.of(1, 2));
    });

    it("rejects where it is bound", async () => {
      const { weight, step } = learner();
      const bound = step.bind(tensor([1, 0]));
      await expect(bound.runAsync()).rejects.toMatchObject({ name: "NonFiniteError", op: "log" });
      expect(await weight.value.data()).toEqual(Float32Array.of(1, 2));
    });

    it("must be compiled, and must return something", () => {
      const weight = new Variable(scalar(1));
      const optimizer = new Adam([weight]);
      expect(() => optimizer.minimize(() => weight.value.square())).toThrow("minimize: on webgpu");
      const silent = compile(() => void optimizer.minimize(() => weight.value.square()));
      expect(() => silent()).toThrow("must return something to await");
    });
  });

  describe("what cannot be done is told", () => {
    const missing = 'webgpu: has no kernel for sin (float32 [2]); select "wasm", which has every op';

    it("an op without a kernel, alone and in a step", () => {
      const x = tensor([1, 2]);
      expect(() => x.sin()).toThrow(missing);
      expect(() => compile((y: typeof x) => y.sin().sum())(x)).toThrow(missing);
    });

    it("no adapter, and the next backend is taken", async () => {
      provideGpu({ requestAdapter: async () => null });
      device().destroy();
      await device().lost;
      await expect(selectBackend("webgpu")).rejects.toThrow(
        /selectBackend: none of \[webgpu\] works here\. .*no adapter/,
      );
      expect(await selectBackend("webgpu", "wasm")).toBe("wasm");
      provideGpu(gpu);
    });

    it("no navigator.gpu", async () => {
      provideGpu(null);
      device().destroy();
      await device().lost;
      await expect(selectBackend("webgpu")).rejects.toThrow(
        /there is no navigator\.gpu here; in Node give one to provideGpu/,
      );
      provideGpu(gpu);
    });

    it("a buffer larger than the device has", async () => {
      const webgpu = await backend();
      expect(() => webgpu.allocate("float32", 2 ** 34)).toThrow(
        /^out of memory: \d{11} bytes asked, \d+ in use; a buffer of this GPU has/,
      );
      expect(await tensor([1]).add(1).item()).toBe(2);
    });

    it("memory that the device refuses", async () => {
      refuseNextBuffer();
      const large = tensor(new Float32Array(2 ** 23));
      const error = await large
        .add(1)
        .sum()
        .item()
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect(error).toMatchObject({
        message: expect.stringMatching(/^out of memory: \d+ bytes asked, \d+ in use, and the GPU/),
      });
      expect(await selectBackend("webgpu")).toBe("webgpu");
      expect(await tensor([1]).add(1).item()).toBe(2);
    });

    it("a lost device: every use says so, and a new one takes over", async () => {
      const variable = new Variable(scalar(1));
      compile(() => variable.assign(variable.value.add(1)))();
      const { value } = variable;
      device().destroy();
      await expect(value.item()).rejects.toThrow(DeviceLostError);
      expect(() => tensor([1]).add(1)).toThrow(/webgpu: the device was lost \(destroyed.*load a checkpoint/);
      expect(await selectBackend("webgpu")).toBe("webgpu");
      expect(() => variable.toHost()).toThrow(DeviceLostError);
      variable.set([5]);
      expect(await variable.value.add(1).item()).toBe(6);
    });
  });
});

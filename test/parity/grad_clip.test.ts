// Gradient clipping as PyTorch's clip_grad_norm_ and clip_grad_value_ do it.
import { clipByGlobalNorm, clipByValue, globalNorm } from "@agon/optim";
import { type Tensor, tensor } from "@agon/tensor";
import { describeFixture, expectOutputs, type FixtureCase } from "./fixtures.ts";

const read = ({ inputs }: FixtureCase): Tensor[] =>
  Object.values(inputs).map(({ data, shape }) => tensor(data, { shape }));

const plain = (t: Tensor) => ({ shape: t.shape, data: t.dataSync() });

/** Clipped gradients under the names of the given ones. */
const named = ({ inputs }: FixtureCase, clipped: readonly Tensor[]) =>
  Object.fromEntries(Object.keys(inputs).map((name, i) => [name, plain(clipped[i])]));

describeFixture("grad_clip", {
  clip_grad_norm(fixture) {
    const { max_norm, norm_type } = fixture.params as { max_norm: number; norm_type: number };
    const gradients = read(fixture);
    expectOutputs(fixture, {
      total_norm: plain(globalNorm(gradients, norm_type)),
      ...named(fixture, clipByGlobalNorm(gradients, max_norm, norm_type)),
    });
  },
  clip_grad_value(fixture) {
    expectOutputs(fixture, named(fixture, clipByValue(read(fixture), fixture.params.clip_value as number)));
  },
});

// A line found by gradient descent, with the tensor package alone: npm run example examples/line.ts
import { grad, linspace, mapTree, scalar, selectBackend } from "@agon/tensor";

await selectBackend("wasm", "js"); // the first one this machine has

// Recover the line y = 3x + 2.
const x = linspace(-1, 1, 64);
const y = x.mul(3).add(2);

let line = { slope: scalar(0), offset: scalar(0) };
const error = ({ slope, offset }: typeof line) => x.mul(slope).add(offset).sub(y).square().mean();

for (let i = 0; i < 100; i++) {
  line = mapTree((value, gradient) => value.sub(gradient.mul(0.5)), line, grad(error)(line));
}
console.log((await line.slope.item()).toFixed(3), (await line.offset.item()).toFixed(3)); // → 3.000 2.000

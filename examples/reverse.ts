// A small Transformer learns to write sequences of digits backwards: every place must look at its mirror image.
import { crossEntropy, Embedding, Linear, Module, SinusoidalPositions, TransformerEncoder } from "@agon/nn";
import { Adam, warmupCosine } from "@agon/optim";
import { compile, RandomStream, type Tensor } from "@agon/tensor";

const LENGTH = 8;

class Reverser extends Module {
  tokens = new Embedding(10, 32);
  positions = new SinusoidalPositions(LENGTH, 32);
  body = new TransformerEncoder(32, 4, { layers: 1, normFirst: true, dropout: 0 });
  head = new Linear(32, 10);
  forward(digits: Tensor): Tensor {
    const x = this.positions.forward(this.tokens.forward(digits)); // [batch, time, 32]
    return this.head.forward(this.body.forward(x)); // [batch, time, 10]
  }
}

const random = new RandomStream(0);
const draw = (batch: number): Tensor => random.uniform([batch, LENGTH]).mul(10).floor().cast("int32");

const model = new Reverser();
const optimizer = new Adam(model.parameters());
const schedule = warmupCosine({ learningRate: 0.01, warmup: 50, steps: 600 });
const step = compile(() => {
  const digits = draw(64); // other digits at each replay
  return optimizer.minimize(() => crossEntropy(model.forward(digits).reshape([-1, 10]), digits.flip(1).reshape([-1])));
});
for (let i = 0; i < 600; i++) {
  optimizer.learningRate = schedule(i);
  step();
}

model.eval();
const digits = draw(1000);
const written = model.forward(digits).argmax(-1);
const right = await written.equal(digits.flip(1)).cast("float32").mean().item();
console.log(right > 0.99); // → true

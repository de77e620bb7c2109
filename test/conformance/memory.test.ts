// The short form of test/soak: loops of user code, none of which manages memory, stay flat.
import { describe, expect, test } from "vitest";
import { growthOf } from "../soak/soak.ts";

/**
 * In so few iterations the code that V8 makes meanwhile still shows, as a byte or so each; so its optimising compilers, whose code comes in
 * large pieces at times that any change of the library moves, are off here. A kept tensor would be hundreds of bytes, and the object of one
 * number that `leak` keeps is forty. The long form asks for one byte, with all compilers.
 */
const BAR = 4;
const UNOPTIMISED = ["--no-opt", "--no-maglev"];

// Programs of seconds, each in a process of its own: on a busy machine they take minutes.
describe.concurrent("JavaScript and wasm memory stay flat", { timeout: 300_000 }, () => {
  test("in DQN on CartPole, by the bar of the long form", async () => {
    const { javascript, wasmInUse, wasmReserved } = await growthOf("dqn", 100_000);
    expect(javascript).toBeLessThanOrEqual(1);
    expect(wasmInUse).toBeLessThanOrEqual(1);
    expect(wasmReserved).toBe(0);
  });

  /** Each kind of loop. Of "changing shapes" every iteration compiles; its 40 sizes go round twice between samples. */
  const loops = {
    "gradient descent": 10_000,
    "top level": 10_000,
    minimize: 10_000,
    "compiled step": 10_000,
    "changing shapes": 1600,
    act: 10_000,
    generate: 10_000,
    vector: 10_000,
    evaluate: 10_000,
  };
  for (const [program, iterations] of Object.entries(loops)) {
    test(`in the loop "${program}"`, async () => {
      const { javascript, wasmInUse, wasmReserved } = await growthOf(program, iterations, UNOPTIMISED);
      expect(javascript).toBeLessThanOrEqual(BAR);
      expect(wasmInUse).toBe(0);
      expect(wasmReserved).toBe(0);
    });
  }

  test("and a loop that keeps an object an iteration is caught", async () => {
    expect((await growthOf("leak", 10_000, UNOPTIMISED)).javascript).toBeGreaterThan(BAR);
  });
});

// Uniform numbers from Philox 4×32-10: the key and the number of the draw are the state, the block within the draw is the counter.
import { philox4x32 } from "@agon/random";
import type { Kernel } from "./kernel.ts";

const UNIT = 2 ** -24;

export const random: Readonly<Record<string, Kernel>> = {
  randomUniform: ([{ data: state }], { data: out }) => {
    const [key0, key1, draw] = [state[0] >>> 0, state[1] >>> 0, state[2] >>> 0];
    const counter = new Uint32Array([0, draw, 0, 0]);
    const block = new Uint32Array(4);
    for (let i = 0; i < out.length; i += 4, counter[0]++) {
      philox4x32(counter, key0, key1, block);
      for (let k = 0; k < 4 && i + k < out.length; k++) out[i + k] = (block[k] >>> 8) * UNIT;
    }
  },
};

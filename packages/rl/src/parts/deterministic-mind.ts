// What DDPG and TD3 make of one observation: the best action µ(s), what it is worth, and actions near it.
import { type Bound, compile, type Tensor, zeros } from "@agon/tensor";
import type { Thought } from "../agent.ts";
import type { Control } from "./control.ts";

interface Networks {
  /** µ(s): [1, width] → [1, size] */
  readonly actor: (features: Tensor) => Tensor;
  /** Q(s, µ(s)): [1, width] → [1] */
  readonly value: (features: Tensor) => Tensor;
}

/** Composition, not a base class. */
export class DeterministicMind {
  private readonly control: Control;
  private readonly settings: { readonly explorationNoise: number };
  private readonly acting: Bound;
  private readonly judging: Bound;

  constructor(control: Control, settings: { readonly explorationNoise: number }, { actor, value }: Networks) {
    const one = zeros([1, control.width]);
    this.control = control;
    this.settings = settings;
    this.acting = compile(actor).bind(one);
    this.judging = compile(value).bind(one);
  }

  act(observation: Float32Array): Float32Array {
    return this.control.enact(this.best(observation));
  }

  /** Writes µ(s) + σ·noise for the present observation, cut to [−1, 1]. */
  explore(noise: Float64Array, out: Float32Array): void {
    const best = this.best(this.control.loop.session.observation);
    const { explorationNoise } = this.settings;
    for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(-1, best[i] + explorationNoise * noise[i]));
  }

  inspect(observation: Float32Array): Thought {
    const best = this.best(observation);
    this.control.seen.write(observation, this.judging.inputs[0] as Float32Array);
    this.judging.run();
    const action = this.control.scale.thought(best, () => this.settings.explorationNoise);
    return { action, value: this.judging.outputs[0][0] };
  }

  /** µ(s); overwritten by the next call. */
  private best(observation: Float32Array): Float32Array {
    this.control.seen.write(observation, this.acting.inputs[0] as Float32Array);
    this.acting.run();
    return this.acting.outputs[0] as Float32Array;
  }
}

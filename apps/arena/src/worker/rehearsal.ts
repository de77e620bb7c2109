// The current greedy policy, played at watchable speed on an environment of its own: learning never sees it.
import type { EnvironmentDefinition } from "@agon/env";
import type { Random } from "@agon/random";
import type { Agent } from "@agon/rl";

export class Rehearsal {
  readonly observation: Float32Array;
  state: unknown;
  return = 0;
  length = 0;
  readonly known = true;
  readonly #agent: Agent;
  readonly #definition: EnvironmentDefinition;
  readonly #random: Random;
  readonly #stepsPerSecond: number;
  #ended = false;
  #time: number;
  #due = 0;

  constructor(agent: Agent, random: Random, stepsPerSecond: number, now: number) {
    this.#agent = agent;
    this.#definition = agent.environment;
    this.#random = random;
    this.#stepsPerSecond = stepsPerSecond;
    this.#time = now;
    this.observation = new Float32Array(this.#definition.observation.size);
    this.#reset();
  }

  /** Plays the steps due since the last call, a tenth of a second's worth at most. */
  advance(now: number): void {
    const elapsed = Math.min(100, now - this.#time);
    this.#time = now;
    this.#due += (elapsed * this.#stepsPerSecond) / 1000;
    for (; this.#due >= 1; this.#due--) {
      if (this.#ended) this.#reset();
      else this.#step();
    }
  }

  #reset(): void {
    this.state = this.#definition.reset(this.#random);
    this.#definition.observe(this.state, this.observation);
    this.#ended = false;
    this.return = 0;
    this.length = 0;
  }

  #step(): void {
    const { state, reward, terminated, truncated } = this.#definition.step(
      this.state,
      this.#agent.act(this.observation),
      this.#random,
    );
    this.state = state;
    this.#definition.observe(state, this.observation);
    this.return += reward;
    this.length++;
    this.#ended = terminated || truncated === true || this.length === this.#definition.maxSteps;
  }
}

// A library of one agent that only counts, for testing what the verbs do around an agent; learning is tested with the real ones.
import type { EnvironmentDefinition } from "@agon/env";
import { createRandom } from "@agon/random";
import type { Agent, AlgorithmSpec, TrainEvent } from "@agon/rl";
import { createCurveRecorder } from "@agon/runs";
import type { Library } from "./library.ts";

const definition = (id: string): EnvironmentDefinition => ({ id }) as EnvironmentDefinition;

/** One episode per ten steps. `divergeAt`: the step at which training meets a NaN. */
const createAgent = (environment: EnvironmentDefinition, options: Readonly<Record<string, unknown>>): Agent => {
  let steps = 0;
  let ends: number[] = [];
  const divergeAt = Number(options.divergeAt);
  return {
    algorithm: "count",
    environment,
    options: { rate: 0.1, divergeAt: 0, ...options },
    get steps() {
      return steps;
    },
    act: () => 0,
    async *train({ steps: count }): AsyncGenerator<TrainEvent, void, void> {
      for (const end = steps + count; steps < end; ) {
        steps++;
        if (steps === divergeAt)
          throw Object.assign(new Error(`loss is NaN at step ${steps}.`), { name: "NonFiniteError" });
        if (steps % 10 > 0) continue;
        ends.push(steps);
        yield { type: "episode", step: steps, episode: steps / 10, return: 10, length: 10 };
      }
    },
    policy: () => new Uint8Array(),
    loadPolicy: () => {},
    checkpoint: () => new Uint8Array(Float64Array.of(steps, ...ends).buffer),
    restore(bytes) {
      [steps, ...ends] = new Float64Array(bytes.slice().buffer);
    },
    async curveHash() {
      const curve = await createCurveRecorder();
      for (const step of ends) curve.episode(step, 10, 10);
      return curve.digest({});
    },
  };
};

const algorithm: AlgorithmSpec = {
  name: "count",
  title: "Count",
  summary: "counts steps",
  options: [
    { key: "rate", default: 0.1, description: "unused", minimum: 0, maximum: 1 },
    { key: "divergeAt", default: 0, description: "step of the NaN", minimum: 0, integer: true },
    { key: "hidden", default: [64, 64], description: "unused", minimum: 1, integer: true },
  ],
  fits: ({ id }) => (id === "Far-v1" ? "count cannot walk Far-v1; it needs a discrete action space." : null),
  tuned: () => ({}),
  create: createAgent,
};

export const countingLibrary: Library = {
  algorithms: [algorithm],
  environments: [definition("Near-v1"), definition("Far-v1")],
  versions: { "@agon/rl": "0.1.0" },
  selectNumerics: async (wanted = "strict") => wanted,
  createRandom,
  evaluate: (agent, _environment, { episodes }) => ({ episodes, mean: agent.steps, std: 0 }),
  async drive(events, { onEvent, signal }) {
    for await (const event of events) {
      onEvent(event);
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    }
  },
};

// Training flat out leaves room for timers, messages and aborts.
import { CartPole, CliffWalking, Pendulum } from "@agon/environments";
import { describe, expect, it } from "vitest";
import { algorithms, drive } from "./index.ts";

/** Steps that no test lives to see the end of. */
const endless = 1e9;

describe.each(algorithms.map(({ name }) => name))("%s, trained flat out", (name) => {
  const spec = algorithms.find((algorithm) => algorithm.name === name)!;
  const environment = [CartPole, CliffWalking, Pendulum].find((one) => spec.fits(one) === null)!;
  // Where only episodes are heard the wait is that for the end of one: 200 steps on Pendulum, with an update each.
  const options = environment === Pendulum ? { hidden: [8], batchSize: 8 } : spec.tuned(environment.id);

  it.each(["episode", "update"] as const)(
    "pauses within 200 ms of the order, heard every %s, and goes on",
    async (every) => {
      const agent = spec.create(environment, { ...options, seed: 1 });
      const waits: number[] = [];
      for (let pause = 0; pause < 5; pause++) {
        const controller = new AbortController();
        const ordered = performance.now() + 60;
        // The order comes as a message, as in the arena's worker, and was sent by a timer: both must get their turn.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => controller.abort();
        setTimeout(() => port2.postMessage("pause"), 60);
        const before = agent.steps;
        const finished = await drive(agent.train({ steps: endless, every }), { signal: controller.signal });
        waits.push(performance.now() - ordered);
        port1.close();
        expect(finished).toBe(false);
        expect(agent.steps).toBeGreaterThan(before);
        const paused = agent.steps;
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(agent.steps).toBe(paused);
      }
      // The median: one of five may meet a busy machine.
      expect(waits.sort((a, b) => a - b)[2]).toBeLessThan(200);
    },
  );
});

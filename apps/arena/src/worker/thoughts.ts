// What an agent thinks, copied out of its own buffers for the page.
import type { Agent } from "@agon/rl";
import type { Thought, ValueMap } from "../protocol.ts";

/** Thoughts about one observation; null for agents that keep them to themselves. */
export function thoughtOf(agent: Agent, observation: Float32Array): Thought | null {
  const inspected = agent.inspect?.(observation);
  if (inspected === undefined) return null;
  const { probabilities, actionValues, action, value = null } = inspected;
  if (action !== undefined) return { kind: "vector", ...action, value };
  const actions = probabilities ?? actionValues;
  if (actions === undefined) return null;
  const choice = agent.act(observation);
  return {
    kind: probabilities === undefined ? "values" : "probabilities",
    actions: actions.slice(),
    choice: typeof choice === "number" ? choice : 0,
    value,
  };
}

/** Thoughts about every state of a world whose observation is the state's index; null where the agent has none. */
export function valueMapOf(agent: Agent, states: number): ValueMap | null {
  const observation = new Float32Array(1);
  const values = new Float32Array(states);
  let actions: Float32Array | null = null;
  for (let state = 0; state < states; state++) {
    observation[0] = state;
    const inspected = agent.inspect?.(observation);
    const row = inspected?.actionValues ?? inspected?.probabilities;
    if (inspected === undefined || row === undefined) return null;
    actions ??= new Float32Array(states * row.length);
    actions.set(row, state * row.length);
    values[state] = inspected.value ?? Math.max(...row);
  }
  return actions === null ? null : { actions, values };
}

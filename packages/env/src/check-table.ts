// A transition table against the rules: well formed, and the model of what step does.
import type { Check } from "./check-environment.ts";
import type { EnvironmentDefinition, TransitionTable } from "./environment.ts";
import { seededStream } from "./seeding.ts";

const STEPS = 1000;

export function checkTable(definition: EnvironmentDefinition, check: Check, seed: number): void {
  const table = (definition.table as () => TransitionTable)();
  const problem = findMalformed(definition, table);
  if (problem)
    check.fail("table", {
      finding: `has a malformed transition table: ${problem}`,
      cause: "see TransitionTable.",
      seed,
    });
  else checkModel(definition, table, { check, seed });
}

function findMalformed(
  { observation, action }: EnvironmentDefinition,
  { states, actions, rows, initial }: TransitionTable,
): string | undefined {
  if (observation.kind !== "discrete" || observation.n !== states)
    return `${states} states, but observations are ${observation}`;
  if (action.kind !== "discrete" || action.n !== actions)
    return `${actions} actions, but the action space is ${action}`;
  if (rows.length !== states || initial.length !== states)
    return `${rows.length} rows and ${initial.length} starts for ${states} states`;
  if (!isOne(initial)) return "the probabilities of the starts do not add up to 1";
  for (const [state, choices] of rows.entries()) {
    if (choices.length !== actions) return `state ${state} has ${choices.length} actions of ${actions}`;
    for (const [action, outcomes] of choices.entries()) {
      const where = `state ${state}, action ${action}`;
      if (!isOne(outcomes.map(([probability]) => probability)))
        return `the probabilities of ${where} do not add up to 1`;
      const stray = outcomes.find(([, next, reward]) => !(next >= 0 && next < states) || !Number.isFinite(reward));
      if (stray) return `${where} leads to state ${stray[1]} with reward ${stray[2]}`;
    }
  }
  return undefined;
}

const isOne = (probabilities: ArrayLike<number>): boolean => {
  const sum = Array.from(probabilities).reduce((total, probability) => total + probability, 0);
  return Math.abs(sum - 1) < 1e-9 && Array.from(probabilities).every((probability) => probability >= 0);
};

/** Every start and every step that is seen must be among those the table holds possible. */
function checkModel(
  definition: EnvironmentDefinition,
  table: TransitionTable,
  { check, seed }: { check: Check; seed: number },
): void {
  const random = seededStream(seed);
  const out = new Float32Array(1);
  const index = (state: unknown): number => {
    definition.observe(state, out);
    return out[0] - (definition.observation.kind === "discrete" ? definition.observation.start : 0);
  };
  const start = (): unknown => {
    const state = definition.reset(random);
    const cell = index(state);
    const finding = `started in state ${cell}, which its table holds impossible`;
    if (!(table.initial[cell] > 0)) check.fail("table", { finding, cause: "mark every start in `initial`.", seed });
    return state;
  };
  let state = start();
  for (let step = 1; step <= STEPS; step++) {
    const action = definition.action.sample(random) as number;
    const before = index(state);
    const transition = definition.step(state, action, random);
    const after = index(transition.state);
    const first = definition.action.kind === "discrete" ? definition.action.start : 0;
    const known = table.rows[before][action - first].some(
      ([probability, next, reward, terminated]) =>
        probability > 0 && next === after && reward === transition.reward && terminated === transition.terminated,
    );
    if (!known) {
      const finding = `went from state ${before} by action ${action} to state ${after} with reward ${transition.reward}, which its table holds impossible`;
      check.fail("table", { finding, cause: "make table() and step() tell the same story.", seed, step });
    }
    state = transition.terminated || transition.truncated ? start() : transition.state;
  }
}

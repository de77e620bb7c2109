// Taxi-v4: fetch a passenger and bring them where they want to go.
import {
  type ArgumentSpecs,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { type Cell, tabularRules } from "../../gridworld/tabular.ts";
import { drawTaxi } from "./drawing.ts";
import { ABOARD, actionMask, decode, encode, places, taxiActions, taxiTable } from "./rules.ts";

export interface TaxiOptions {
  /** In the rain moves go astray to either side; default false. */
  readonly isRainy?: boolean;
  /** Probability that a move in the rain goes where it was meant to; default 0.8. */
  readonly rainyProbability?: number;
  /** Whether a passenger may choose another destination at the first move; default false. */
  readonly ficklePassenger?: boolean;
  /** Probability that a fickle passenger does; default 0.3. */
  readonly fickleProbability?: number;
}

/** Taxi-v4 with options. A state is its index, and 500 more while a fickle passenger is still to change their mind. */
export function taxi(options: TaxiOptions = {}): EnvironmentDefinition<Cell> {
  const { isRainy = false, rainyProbability = 0.8, ficklePassenger = false, fickleProbability = 0.3 } = options;
  for (const [name, probability] of Object.entries({ rainyProbability, fickleProbability })) {
    if (probability >= 0 && probability <= 1) continue;
    throw new RangeError(`Taxi: ${name} must be a probability from 0 to 1; got ${probability}.`);
  }
  const table = taxiTable(isRainy ? rainyProbability : undefined);
  const rules = tabularRules(table);
  return defineEnvironment({
    id: "Taxi-v4",
    observation: discrete(table.states),
    action: discrete(taxiActions),
    maxSteps: 200,
    rewardThreshold: 8,
    ...(ficklePassenger ? fickleRules(rules, { states: table.states, probability: fickleProbability }) : rules),
    info: (state) => ({ actionMask: actionMask(decode(state % table.states)) }),
    draw: (state, canvas) => drawTaxi(decode(state % table.states), canvas),
  });
}

type PlainRules = Pick<ReturnType<typeof tabularRules>, "reset" | "step" | "observe">;

/** Once, when the taxi first moves with the passenger aboard, the destination becomes another one: no longer a table of states. */
function fickleRules(dry: PlainRules, { states, probability }: { states: number; probability: number }): PlainRules {
  return {
    reset(random) {
      const start = dry.reset(random);
      return random.uniform() < probability ? start + states : start;
    },
    step(state, action, random) {
      const fickle = state >= states;
      const transition = dry.step(state % states, action, random);
      if (!fickle) return transition;
      const [before, after] = [decode(state % states), decode(transition.state)];
      const moved = before.row !== after.row || before.column !== after.column;
      if (before.passenger !== ABOARD || !moved) return { ...transition, state: transition.state + states };
      const others = places.map((_, place) => place).filter((place) => place !== before.destination);
      return { ...transition, state: encode({ ...after, destination: others[random.integer(others.length)] }) };
    },
    observe(state, out) {
      out[0] = state % states;
    },
  };
}

/** Taxi-v4 as it is registered: dry weather, a passenger who knows where to go, at most 200 steps. */
export const Taxi: EnvironmentDefinition<Cell> = taxi();

const probability = { kind: "number", minimum: 0, maximum: 1 } as const;

const taxiArguments: ArgumentSpecs = {
  isRainy: { kind: "boolean", default: false, description: "whether moves may go astray, to either side" },
  rainyProbability: {
    ...probability,
    default: 0.8,
    description: "probability that a move in the rain goes where it was meant to",
  },
  ficklePassenger: {
    kind: "boolean",
    default: false,
    description: "whether a passenger may choose another destination at the first move",
  },
  fickleProbability: { ...probability, default: 0.3, description: "probability that a fickle passenger does" },
};

export const taxiEntry: EnvironmentEntry = {
  id: "Taxi-v4",
  summary: "Fetch a passenger and bring them where they want to go",
  arguments: taxiArguments,
  create: (given) => taxi(given as TaxiOptions) as EnvironmentDefinition,
};

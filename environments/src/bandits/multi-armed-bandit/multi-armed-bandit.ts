// MultiArmedBandit-v0: find out which arm pays most while pulling them.
import {
  type ArgumentSpecs,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { drawBandit } from "./drawing.ts";
import { type BanditState, banditBatch, newArms, pull } from "./rules.ts";

export interface MultiArmedBanditOptions {
  /** How many; default 10. */
  readonly arms?: number;
  /** Standard deviation of the arms' values about 0; default 1. */
  readonly spread?: number;
  /** Standard deviation of a payment about its arm's value; default 1. */
  readonly noise?: number;
  /** The arms' values, the same in every episode; by default new ones are drawn for each. [arms] */
  readonly values?: readonly number[] | null;
}

/** MultiArmedBandit-v0 with options: `multiArmedBandit({ values: [0.2, 0.8], noise: 0.1 })`. */
export function multiArmedBandit(options: MultiArmedBanditOptions = {}): EnvironmentDefinition<BanditState> {
  const { spread = 1, noise = 1, values = null } = options;
  const arms = options.arms ?? values?.length ?? 10;
  check({ arms, spread, noise, values });
  const rules = { arms, spread, noise, values };
  return defineEnvironment({
    id: "MultiArmedBandit-v0",
    observation: discrete(1),
    action: discrete(arms),
    maxSteps: 1000,
    reset: (random) => newArms(random, rules),
    step(before, action, random) {
      const state = pull(before, action, random, noise);
      return { state, reward: state.reward, terminated: false };
    },
    observe(_state, out) {
      out[0] = 0;
    },
    draw: drawBandit,
    batch: banditBatch(rules),
  });
}

function check({ arms, spread, noise, values }: Required<MultiArmedBanditOptions>): void {
  const fail = (message: string): never => {
    throw new RangeError(`MultiArmedBandit: ${message}.`);
  };
  if (!Number.isSafeInteger(arms) || arms < 1) fail(`arms must be a positive whole number; got ${arms}`);
  if (!(spread >= 0 && spread < Infinity)) fail(`spread must be a number from 0; got ${spread}`);
  if (!(noise >= 0 && noise < Infinity)) fail(`noise must be a number from 0; got ${noise}`);
  if (values && (values.length !== arms || !values.every(Number.isFinite)))
    fail(`values takes a number for each of the ${arms} arms; got ${JSON.stringify(values)}`);
}

/** MultiArmedBandit-v0 as it is registered: the ten arms of Sutton & Barto's testbed, 1000 pulls. */
export const MultiArmedBandit: EnvironmentDefinition<BanditState> = multiArmedBandit();

const multiArmedBanditArguments: ArgumentSpecs = {
  arms: { kind: "number", default: 10, minimum: 1, description: "how many" },
  spread: { kind: "number", default: 1, minimum: 0, description: "standard deviation of the arms' values about 0" },
  noise: {
    kind: "number",
    default: 1,
    minimum: 0,
    description: "standard deviation of a payment about its arm's value",
  },
  values: {
    kind: "numbers",
    default: null,
    description: "the arms' values, the same in every episode; by default new ones are drawn for each",
  },
};

export const multiArmedBanditEntry: EnvironmentEntry = {
  id: "MultiArmedBandit-v0",
  summary: "Find out which of ten arms pays most while pulling them",
  arguments: multiArmedBanditArguments,
  create: (given) => multiArmedBandit(given as MultiArmedBanditOptions) as EnvironmentDefinition,
};

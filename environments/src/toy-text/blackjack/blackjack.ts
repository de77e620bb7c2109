// Blackjack-v1: come closer to 21 than the dealer, but not beyond.
import {
  type ArgumentSpecs,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
  tuple,
} from "@agon/env";
import { drawBlackjack } from "./drawing.ts";
import { type BlackjackState, blackjackBatch, deal, hit, playerHasUsableAce, playerSum, ROW, stick } from "./rules.ts";

export interface BlackjackOptions {
  /** Whether a natural (an ace and a ten) that wins is paid 1.5; without effect under `sab`. Default false. */
  readonly natural?: boolean;
  /** The rules of Sutton & Barto's book: a natural wins unless the dealer has one too. Default true, as in Gymnasium's registry. */
  readonly sab?: boolean;
}

/** Blackjack-v1 with options. */
export function blackjack({
  natural = false,
  sab = true,
}: BlackjackOptions = {}): EnvironmentDefinition<BlackjackState> {
  const batch = blackjackBatch({ natural, sab });
  return defineEnvironment({
    id: "Blackjack-v1",
    observation: tuple([discrete(32), discrete(11), discrete(2)]),
    action: discrete(["stick", "hit"]),
    reset(random) {
      const row = new Float64Array(ROW);
      deal(row, 0, random);
      return batch.read(row, 0);
    },
    step(state, action, random) {
      const row = new Float64Array(ROW);
      batch.write(state, row, 0);
      const bust = action === 1 && hit(row, 0, random);
      const reward = action === 1 ? (bust ? -1 : 0) : stick(row, 0, random, { natural, sab });
      return { state: batch.read(row, 0), reward, terminated: bust || action !== 1 };
    },
    observe(state, out) {
      out[0] = playerSum(state);
      out[1] = state.dealer[0];
      out[2] = playerHasUsableAce(state) ? 1 : 0;
    },
    draw: drawBlackjack,
    batch,
  });
}

/** Blackjack-v1 as it is registered: the rules of Sutton & Barto's book, no time limit. */
export const Blackjack: EnvironmentDefinition<BlackjackState> = blackjack();

const blackjackArguments: ArgumentSpecs = {
  natural: { kind: "boolean", default: false, description: "whether a natural that wins is paid 1.5 (not under sab)" },
  sab: {
    kind: "boolean",
    default: true,
    description: "rules of Sutton & Barto: a natural wins unless the dealer has one too",
  },
};

export const blackjackEntry: EnvironmentEntry = {
  id: "Blackjack-v1",
  summary: "Come closer to 21 than the dealer, but not beyond",
  arguments: blackjackArguments,
  create: (given) => blackjack(given as BlackjackOptions) as EnvironmentDefinition,
};

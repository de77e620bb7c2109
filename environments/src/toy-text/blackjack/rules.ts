// Blackjack with an endless deck (Sutton & Barto, Example 5.1), as Gymnasium deals it.
import type { BatchRules } from "@agon/env";
import type { Random } from "@agon/random";

export interface BlackjackState {
  /** Values of the cards in the order dealt, an ace as 1. */
  readonly player: readonly number[];
  /** The first lies open. */
  readonly dealer: readonly number[];
  /** Of the dealer's open card, for the picture: an index of `suits`. */
  readonly suit: number;
  /** Of the dealer's open card where it counts 10, for the picture: an index of `faces`; else 0. */
  readonly face: number;
}

export const suits = ["♣", "♦", "♥", "♠"] as const;
export const faces = ["J", "Q", "K"] as const;

export interface BlackjackRules {
  /** Whether a natural that wins is paid 1.5. */
  readonly natural: boolean;
  /** The rules of Sutton & Barto: a natural wins unless the dealer has one too, and is paid 1. */
  readonly sab: boolean;
}

/** One of 13 equally likely: ace, 2 … 10, and three that count 10. */
const drawCard = (random: Random): number => Math.min(random.integer(13) + 1, 10);

const DEALER_STANDS = 17;
const LIMIT = 21;

/** The sum of cards[first … first + count) with aces as 1, and HAS_ACE more where there is one: both in one pass. */
function count(cards: ArrayLike<number>, first: number, length: number): number {
  let sum = 0;
  let ace = 0;
  for (let i = first; i < first + length; i++) {
    const card = cards[i];
    sum += card;
    if (card === 1) ace = HAS_ACE;
  }
  return sum + ace;
}

const HAS_ACE = 1024;

/** From a count: an ace as 11 where that keeps within 21. */
const handSum = (counted: number): number =>
  counted < HAS_ACE ? counted : isUsable(counted) ? counted - HAS_ACE + 10 : counted - HAS_ACE;

/** From a count: whether there is an ace that counts 11. */
const isUsable = (counted: number): boolean => counted >= HAS_ACE && counted - HAS_ACE + 10 <= LIMIT;

const isNatural = (cards: ArrayLike<number>, first: number, length: number): boolean =>
  length === 2 && cards[first] + cards[first + 1] === 11 && (cards[first] === 1 || cards[first + 1] === 1);

export const playerSum = ({ player }: BlackjackState): number => handSum(count(player, 0, player.length));
export const dealerSum = ({ dealer }: BlackjackState): number => handSum(count(dealer, 0, dealer.length));
export const playerHasUsableAce = ({ player }: BlackjackState): boolean => isUsable(count(player, 0, player.length));

// A row is [player's count, dealer's count, suit, face, player's cards, dealer's cards].
const PLAYER = 4;
/** 21 aces, and the card that busts. */
const PLAYER_CARDS = 22;
const DEALER = PLAYER + PLAYER_CARDS;
/** More than the longest hand below 17, with the card that ends it. */
const DEALER_CARDS = 17;
export const ROW: number = DEALER + DEALER_CARDS;

/** Two cards for the dealer, two for the player, then the suit and face of the dealer's first. */
export function deal(states: Float64Array, row: number, random: Random): void {
  states[row] = 2;
  states[row + 1] = 2;
  states[row + DEALER] = drawCard(random);
  states[row + DEALER + 1] = drawCard(random);
  states[row + PLAYER] = drawCard(random);
  states[row + PLAYER + 1] = drawCard(random);
  states[row + 2] = random.integer(suits.length);
  states[row + 3] = states[row + DEALER] === 10 ? random.integer(faces.length) : 0;
}

/** Action 1: another card for the player. Returns whether the hand is bust. */
export function hit(states: Float64Array, row: number, random: Random): boolean {
  states[row + PLAYER + states[row]++] = drawCard(random);
  return handSum(count(states, row + PLAYER, states[row])) > LIMIT;
}

/** Action 0: the dealer draws up to 17. Returns the reward. */
export function stick(states: Float64Array, row: number, random: Random, { natural, sab }: BlackjackRules): number {
  const player = row + PLAYER;
  const dealer = row + DEALER;
  let theirs = handSum(count(states, dealer, states[row + 1]));
  while (theirs < DEALER_STANDS) {
    states[dealer + states[row + 1]++] = drawCard(random);
    theirs = handSum(count(states, dealer, states[row + 1]));
  }
  const mine = handSum(count(states, player, states[row]));
  const reward = theirs > LIMIT || mine > theirs ? 1 : mine < theirs ? -1 : 0;
  if (!isNatural(states, player, states[row])) return reward;
  if (sab) return isNatural(states, dealer, states[row + 1]) ? reward : 1;
  return natural && reward === 1 ? 1.5 : reward;
}

/** The rules over rows; the plain ones go through a row of their own. */
export const blackjackBatch = (rules: BlackjackRules): BatchRules<BlackjackState> => ({
  stateSize: ROW,

  write({ player, dealer, suit, face }, states, lane) {
    const row = ROW * lane;
    states.set([player.length, dealer.length, suit, face], row);
    states.set(player, row + PLAYER);
    states.set(dealer, row + DEALER);
  },

  read(states, lane) {
    const row = ROW * lane;
    return {
      player: Array.from(states.subarray(row + PLAYER, row + PLAYER + states[row])),
      dealer: Array.from(states.subarray(row + DEALER, row + DEALER + states[row + 1])),
      suit: states[row + 2],
      face: states[row + 3],
    };
  },

  reset: (states, lane, random) => deal(states, ROW * lane, random),

  step(states, actions, rewards, terminated, randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = ROW * lane;
      if (actions[lane] === 1) {
        const bust = hit(states, row, randoms[lane]);
        rewards[lane] = bust ? -1 : 0;
        terminated[lane] = bust ? 1 : 0;
      } else {
        rewards[lane] = stick(states, row, randoms[lane], rules);
        terminated[lane] = 1;
      }
    }
  },

  observe(states, observations, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = ROW * lane;
      const counted = count(states, row + PLAYER, states[row]);
      observations[3 * lane] = handSum(counted);
      observations[3 * lane + 1] = states[row + DEALER];
      observations[3 * lane + 2] = isUsable(counted) ? 1 : 0;
    }
  },
});

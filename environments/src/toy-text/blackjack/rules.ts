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

const DEALER_STANDS = 17;
const LIMIT = 21;
/** What an ace adds to a count beside its 1, so that a count tells the sum and whether there is an ace. */
const ACE = 1024;

/** The count of a hand: the sum with aces as 1, and `ACE` for each ace. */
const countOf = (cards: readonly number[]): number =>
  cards.reduce((count, card) => count + (card === 1 ? 1 + ACE : card), 0);

/** From a count: whether there is an ace that counts 11. */
const isUsable = (count: number): boolean => count >= ACE && (count & (ACE - 1)) + 10 <= LIMIT;

/** From a count: the sum, with an ace as 11 where that keeps within 21. */
const handSum = (count: number): number => (count & (ACE - 1)) + (isUsable(count) ? 10 : 0);

export const playerSum = ({ player }: BlackjackState): number => handSum(countOf(player));
export const dealerSum = ({ dealer }: BlackjackState): number => handSum(countOf(dealer));
export const playerHasUsableAce = ({ player }: BlackjackState): boolean => isUsable(countOf(player));

// A row is [player's cards, dealer's cards, suit, face, player's count, dealer's count], then the player's cards, then the dealer's.
const SUIT = 2;
const FACE = 3;
/** From the number of a hand's cards to its count. */
const COUNT = 4;
const PLAYER = 6;
/** 21 aces, and the card that busts. */
const PLAYER_CARDS = 22;
const DEALER = PLAYER + PLAYER_CARDS;
/** More than the longest hand below 17, with the card that ends it. */
const DEALER_CARDS = 17;
export const ROW: number = DEALER + DEALER_CARDS;

/** Counts of the 13 cards that are equally likely: ace, 2 … 10, and three that count 10. Looked up: comparisons would go either way at random. */
const deck = Int32Array.of(1 + ACE, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10);

/** Draws a card into a place of a row; returns its count. */
function drawCard(states: Float64Array, place: number, random: Random): number {
  const count = deck[random.integer(deck.length)];
  states[place] = count & (ACE - 1);
  return count;
}

/** Two cards for the dealer, two for the player, then the suit and face of the dealer's first. */
export function deal(states: Float64Array, row: number, random: Random): void {
  states[row] = 2;
  states[row + 1] = 2;
  const open = drawCard(states, row + DEALER, random);
  states[row + COUNT + 1] = open + drawCard(states, row + DEALER + 1, random);
  const first = drawCard(states, row + PLAYER, random);
  states[row + COUNT] = first + drawCard(states, row + PLAYER + 1, random);
  states[row + SUIT] = random.integer(suits.length);
  states[row + FACE] = open === 10 ? random.integer(faces.length) : 0;
}

/** Action 1: another card for the player. Returns whether the hand is bust. */
export function hit(states: Float64Array, row: number, random: Random): boolean {
  states[row + COUNT] += drawCard(states, row + PLAYER + states[row]++, random);
  return handSum(states[row + COUNT]) > LIMIT;
}

/** Action 0: the dealer draws up to 17. Returns the reward. */
export function stick(states: Float64Array, row: number, random: Random, { natural, sab }: BlackjackRules): number {
  let count = states[row + COUNT + 1];
  while (handSum(count) < DEALER_STANDS) count += drawCard(states, row + DEALER + states[row + 1]++, random);
  states[row + COUNT + 1] = count;
  const theirs = handSum(count);
  const mine = handSum(states[row + COUNT]);
  const reward = theirs > LIMIT || mine > theirs ? 1 : mine < theirs ? -1 : 0;
  if (!(mine === LIMIT && states[row] === 2)) return reward;
  if (sab) return theirs === LIMIT && states[row + 1] === 2 ? reward : 1;
  return natural && reward === 1 ? 1.5 : reward;
}

/** The rules over rows; the plain ones go through a row of their own. */
export const blackjackBatch = (rules: BlackjackRules): BatchRules<BlackjackState> => ({
  stateSize: ROW,

  write({ player, dealer, suit, face }, states, lane) {
    const row = ROW * lane;
    states.set([player.length, dealer.length, suit, face, countOf(player), countOf(dealer)], row);
    states.set(player, row + PLAYER);
    states.set(dealer, row + DEALER);
  },

  read(states, lane) {
    const row = ROW * lane;
    return {
      player: Array.from(states.subarray(row + PLAYER, row + PLAYER + states[row])),
      dealer: Array.from(states.subarray(row + DEALER, row + DEALER + states[row + 1])),
      suit: states[row + SUIT],
      face: states[row + FACE],
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
      const count = states[row + COUNT];
      observations[3 * lane] = handSum(count);
      observations[3 * lane + 1] = states[row + DEALER];
      observations[3 * lane + 2] = isUsable(count) ? 1 : 0;
    }
  },
});

// What the table looks like: a card is one unit wide; the dealer above, the player below.
import type { Canvas } from "@agon/env";
import { type BlackjackState, dealerSum, faces, playerHasUsableAce, playerSum, suits } from "./rules.ts";

const VIEW = { width: 7, height: 5 };
const CARD = { width: 1, height: 1.4 };
const GAP = 1.16;
const RED = "#d8404a";
const INK = "#20283a";

export function drawBlackjack(state: BlackjackState, canvas: Canvas): void {
  canvas.view(0, 0, VIEW.width, VIEW.height);
  canvas.rectangle(VIEW.width / 2, VIEW.height / 2, VIEW.width - 0.2, VIEW.height - 0.2, {
    fill: "goal",
    opacity: 0.14,
    cornerRadius: 0.3,
  });
  const open = state.dealer.length > 2 || dealerSum(state) >= 17 ? state.dealer : state.dealer.slice(0, 1);
  const theirs = open.map((value, i) => ({
    label: label(value, i === 0 ? state.face : 2),
    suit: (state.suit + i) % 4,
  }));
  const hidden = state.dealer.length - open.length;
  drawHand(canvas, { cards: [...theirs, ...Array.from({ length: hidden }, () => undefined)], y: 1.25 });
  const mine = state.player.map((value, i) => ({ label: label(value, i % 3), suit: (state.suit + 2 * i + 1) % 4 }));
  drawHand(canvas, { cards: mine, y: 3.75 });
  const total = `${playerSum(state)}${playerHasUsableAce(state) ? " soft" : ""}`;
  canvas.text(0.85, 3.75, total, { fill: playerSum(state) > 21 ? "danger" : "text", size: 0.36 });
  canvas.text(0.85, 1.25, hidden ? `${state.dealer[0]} + ?` : `${dealerSum(state)}`, { fill: "muted", size: 0.36 });
}

interface Card {
  readonly label: string;
  readonly suit: number;
}

const label = (value: number, face: number): string => (value === 1 ? "A" : value === 10 ? faces[face] : `${value}`);

/** Cards side by side, closer the more there are; undefined lies face down. */
function drawHand(canvas: Canvas, { cards, y }: { cards: readonly (Card | undefined)[]; y: number }): void {
  const gap = Math.min(GAP, (VIEW.width - 3) / Math.max(1, cards.length - 1));
  for (const [i, card] of cards.entries()) drawCard(canvas, 2.1 + i * gap, y, card);
}

function drawCard(canvas: Canvas, x: number, y: number, card: Card | undefined): void {
  const paper = { fill: card ? "#f4f1e8" : "cart", stroke: "background", strokeWidth: 0.04, cornerRadius: 0.12 };
  canvas.rectangle(x, y, CARD.width, CARD.height, paper);
  if (!card) {
    canvas.rectangle(x, y, 0.72, 1.12, { stroke: "surface", strokeWidth: 0.04, cornerRadius: 0.06 });
    return;
  }
  const fill = card.suit === 1 || card.suit === 2 ? RED : INK;
  canvas.text(x - 0.28, y - 0.45, card.label, { fill, size: 0.34 });
  canvas.text(x, y + 0.14, suits[card.suit], { fill, size: 0.62 });
}

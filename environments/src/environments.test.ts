import { checkEnvironment, toSvg, toText, type TransitionTable } from "@agon/env";
import { describe, expect, test } from "vitest";
import {
  CartPole,
  type Cell,
  cartPole,
  cliffWalking,
  definition,
  FrozenLake,
  frozenLake,
  gridWorld,
  make,
  makeVector,
  randomFrozenLakeMap,
  registeredIds,
  spec,
} from "./index.ts";

describe.each(registeredIds())("%s", (id) => {
  test("keeps every promise of the contract", () => {
    expect(checkEnvironment(definition(id)).episodes).toBe(20);
  });

  test("draws itself as SVG and as text", () => {
    const environment = make(id);
    environment.reset({ seed: 1 });
    expect(toSvg(environment.definition, environment.state)).toMatch(/^<svg [^>]+>\n(.+\n)+<\/svg>\n$/);
    expect(toText(environment.definition, environment.state).trim()).not.toBe("");
  });

  test("is described by its spec", () => {
    const { summary, observation, arguments: specs } = spec(id);
    expect(summary).not.toBe("");
    expect(definition(id).observation.equals(observation)).toBe(true);
    for (const [name, { default: value }] of Object.entries(specs)) {
      expect(definition(id, { [name]: value }).arguments).toEqual({});
    }
  });
});

/** Value of the best policy from the start within `horizon` steps, by backward induction over the table. */
function bestValue({ states, rows, initial }: TransitionTable, horizon: number): number {
  let values = new Float64Array(states);
  for (let step = 0; step < horizon; step++) {
    const worth = (outcomes: (typeof rows)[0][0]): number =>
      outcomes.reduce((sum, [p, next, reward, end]) => sum + p * (reward + (end ? 0 : values[next])), 0);
    values = Float64Array.from(rows, (actions) => Math.max(...actions.map(worth)));
  }
  return initial.reduce((sum, p, state) => sum + p * values[state], 0);
}

const table = (of: { table?(): TransitionTable }): TransitionTable => of.table?.() as TransitionTable;

test("the best values within the time limits are the known ones", () => {
  expect(bestValue(table(FrozenLake), 100)).toBeCloseTo(0.7442, 4);
  expect(bestValue(table(definition("FrozenLake8x8-v1")), 200)).toBeCloseTo(0.9132, 4);
  expect(bestValue(table(cliffWalking()), 100)).toBe(-13);
});

describe("CartPole", () => {
  test("pays 1 for every step, or as Sutton and Barto have it", () => {
    for (const [suttonBartoReward, standing, fallen] of [
      [false, 1, 1],
      [true, 0, -1],
    ] as const) {
      const environment = make(cartPole({ suttonBartoReward }));
      environment.reset({ seed: 0 });
      for (let result = environment.step(0); ; result = environment.step(0)) {
        expect(result.reward).toBe(result.terminated ? fallen : standing);
        if (result.terminated) break;
      }
    }
    expect(make("CartPole-v1", { sutton_barto_reward: true }).definition.arguments).toEqual({
      suttonBartoReward: true,
    });
  });

  test("takes the range of its starts as reset options", () => {
    const environment = make(CartPole);
    const { observation } = environment.reset({ seed: 1, options: { low: 0.1, high: 0.2 } });
    expect(observation.every((value) => value >= 0.1 && value < 0.2)).toBe(true);
    expect(() => environment.reset({ options: { low: 1, high: 0 } })).toThrow("low ≤ high");
    const vector = makeVector(CartPole, 2);
    expect([...vector.reset({ seed: 1, options: { low: 0.1, high: 0.2 } }).subarray(0, 4)]).toEqual([...observation]);
  });
});

describe("FrozenLake", () => {
  test("takes a map of one's own and a success rate", () => {
    const lake = frozenLake({ desc: ["SFG", "HHH"], successRate: 0.8, rewardSchedule: [5, -1, 0] });
    expect(lake.observation).toMatchObject({ n: 6 });
    const [beside, meant, other] = table(lake).rows[1][2];
    expect(beside.slice(1)).toEqual([4, -1, true]);
    expect(meant).toEqual([0.8, 2, 5, true]);
    expect(other).toEqual([(1 - 0.8) / 2, 1, 0, false]);
  });

  test.each([
    [{ desc: ["SF", "F"] }, 'row 1 of the map, "F", has 1 cells; the first has 2'],
    [{ desc: ["SX"] }, 'there is no tile "X"'],
    [{ desc: ["FG"] }, "the map has no start"],
    [{ desc: [] }, "the map is empty"],
    [{ successRate: 2 }, "successRate must be a probability"],
  ])("says what is wrong with %o", (options, message) => {
    expect(() => frozenLake(options)).toThrow(message);
  });

  test("random maps can be crossed and repeat under their seed", () => {
    for (let seed = 0; seed < 10; seed++) {
      const desc = randomFrozenLakeMap({ size: 6, frozen: 0.6, seed });
      expect(randomFrozenLakeMap({ size: 6, frozen: 0.6, seed })).toEqual(desc);
      expect(bestValue(table(frozenLake({ desc, isSlippery: false })), 36)).toBe(1);
    }
  });
});

describe("GridWorld", () => {
  const outcome = (of: ReturnType<typeof gridWorld>, cell: Cell, action: number) => table(of).rows[cell][action];

  test("walls and edges stop, pits and goals end", () => {
    const grid = gridWorld({ map: ["S#G", "..H"], stepReward: -1, goalReward: 10, pitReward: -5 });
    expect(outcome(grid, 0, 2)).toEqual([[1, 0, -1, false]]);
    expect(outcome(grid, 0, 3)).toEqual([[1, 0, -1, false]]);
    expect(outcome(grid, 4, 2)).toEqual([[1, 5, -5, true]]);
    expect(outcome(grid, 2, 0)).toEqual([[1, 2, 0, true]]);
  });

  test("slips turn a move to either side", () => {
    const rows = outcome(gridWorld({ mapName: "classic", slip: 0.2 }), 8, 3);
    expect(rows).toEqual([
      [0.1, 9, -0.04, false],
      [0.8, 4, -0.04, false],
      [0.1, 8, -0.04, false],
    ]);
  });

  test("wind pushes upward: the windy grid takes 15 steps (Sutton and Barto, Example 6.5)", () => {
    const windy = table(gridWorld({ mapName: "windy", stepReward: -1, goalReward: -1 }));
    expect(bestValue(windy, 100)).toBe(-15);
    expect(() => gridWorld({ mapName: "windy", wind: [1] })).toThrow("each of the 10 columns");
  });

  test("the maze takes 14 steps (Sutton and Barto, Figure 8.2)", () => {
    expect(bestValue(table(gridWorld({ stepReward: -1, goalReward: -1 })), 100)).toBe(-14);
  });
});

import {
  checkEnvironment,
  clipReward,
  discretizeObservation,
  flattenObservation,
  readFlat,
  recordDrawing,
  rescaleAction,
  toSvg,
  toText,
  type TransitionTable,
} from "@agon/env";
import { numpyGenerator } from "@agon/random";
import { describe, expect, test } from "vitest";
import {
  Blackjack,
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
  mountainCarContinuous,
  multiArmedBandit,
  pendulum,
  randomFrozenLakeMap,
  registeredIds,
  spec,
  taxi,
} from "./index.ts";

describe.each(registeredIds())("%s", (id) => {
  test("keeps every promise of the contract", () => {
    expect(checkEnvironment(definition(id)).episodes).toBe(20);
    expect(checkEnvironment(() => make(id)).episodes).toBe(20);
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

  test("obstacles patrol, and catch who meets them or changes places with them", () => {
    const lane = gridWorld({ map: ["S.<.G"], stepReward: -1, pitReward: -7 });
    checkEnvironment(lane);
    // 2, 1, 0, 1, 2, 3, 4, 3: back at the start after eight steps.
    expect(table(lane).states).toBe(5 * 8);
    expect(lane.grid).toBeUndefined();
    expect(outcome(lane, 0, 2)).toEqual([[1, 5 + 1, -7, true]]); // both to cell 1
    expect(outcome(lane, 5 + 0, 2)).toEqual([[1, 10 + 1, -7, true]]); // past each other
    expect(outcome(lane, 0, 0)).toEqual([[1, 5 + 0, -1, false]]);
    expect(outcome(lane, 5 + 1, 0)).toEqual([[1, 5 + 1, 0, true]]); // caught before
    expect(toText(lane, 5)).toContain("x");
    const street = gridWorld({ mapName: "street" });
    checkEnvironment(street);
    expect(bestValue(table(street), 20)).toBeCloseTo(1 - 6 * 0.04, 10);
    expect(() => gridWorld({ map: ["S....G", ">.....", "......", ">....#", ">...#.", ">..#.."] })).toThrow(
      "more than 64 steps",
    );
  });

  test("the maze takes 14 steps (Sutton and Barto, Figure 8.2)", () => {
    expect(bestValue(table(gridWorld({ stepReward: -1, goalReward: -1 })), 100)).toBe(-14);
  });
});

test("wrapped environments keep every promise, in batches too", () => {
  checkEnvironment(clipReward(CartPole, { high: 0.5 }));
  checkEnvironment(rescaleAction(pendulum()));
  checkEnvironment(flattenObservation(Blackjack));
  const binned = discretizeObservation(CartPole, {
    bins: [4, 4, 8, 8],
    low: [-2.4, -3, -0.21, -3],
    high: [2.4, 3, 0.21, 3],
  });
  checkEnvironment(binned);
  expect(binned.observation).toMatchObject({ kind: "discrete", n: 1024 });
});

describe("mountain cars, acrobot and pendulum", () => {
  test("take the range of their starts as reset options, alone and in a batch", () => {
    for (const id of ["MountainCar-v0", "MountainCarContinuous-v0", "Acrobot-v1"]) {
      const environment = make(id);
      const options = { low: 0.1, high: 0.2 };
      const { observation } = environment.reset({ seed: 1, options });
      expect([...makeVector(id, 1).reset({ seed: 1, options })]).toEqual([...observation]);
      expect(() => environment.reset({ options: { low: "x" } })).toThrow("low ≤ high");
    }
    expect([...make("Pendulum-v1").reset({ seed: 1, options: { x_init: 0, yInit: 0 } }).observation]).toEqual([
      1, 0, 0,
    ]);
    expect(() => make("Pendulum-v1").reset({ options: { xInit: -1 } })).toThrow("xInit must be a number from 0");
  });

  test("charge the force as it was asked for, and clip it in the motion", () => {
    const [weak, strong] = [1, 3].map((force) => {
      const environment = make(mountainCarContinuous());
      environment.reset({ seed: 5 });
      return environment.step(Float32Array.of(force));
    });
    expect([...strong.observation]).toEqual([...weak.observation]);
    expect([weak.reward, strong.reward]).toEqual([-0.1, -0.9]);
  });

  test("a goal velocity must be reached at the flag", () => {
    const state = { position: 0.499, velocity: 0.01 };
    const arrives = (goalVelocity: number) =>
      definition("MountainCar-v0", { goal_velocity: goalVelocity }).step(state, 2, undefined as never).terminated;
    expect([arrives(0), arrives(0.05)]).toEqual([true, false]);
  });

  test("gravity pulls the pendulum down", () => {
    const fallen = (g: number) =>
      pendulum({ g }).step({ angle: 1, velocity: 0, torque: 0 }, Float32Array.of(0), undefined as never);
    expect((fallen(0).state as { velocity: number }).velocity).toBe(0);
    expect((fallen(10).state as { velocity: number }).velocity).toBeGreaterThan(0.5);
  });

  test("the paper's acrobot moves otherwise than the book's", () => {
    const [book, nips] = ["book", "nips"].map((bookOrNips) => {
      const environment = make("Acrobot-v1", { book_or_nips: bookOrNips });
      environment.reset({ seed: 1 });
      return environment.step(2).observation;
    });
    expect([...book]).not.toEqual([...nips]);
    expect(book[4]).toBeCloseTo(nips[4], 1);
  });
});

test("reset options that are none are refused", () => {
  for (const id of ["CartPole-v1", "MountainCar-v0", "Acrobot-v1", "Pendulum-v1"])
    expect(() => make(id).reset({ seed: 0, options: { lo: 1 } })).toThrow("there is no reset option lo");
  expect(() => makeVector("CartPole-v1", 2).reset({ options: { hgih: 1 } })).toThrow("there is no reset option hgih");
});

describe("a map as text", () => {
  test("is refused where it is none", () => {
    expect(() => gridWorld({ map: "S.G" as unknown as string[] })).toThrow("a map is a list of rows of letters");
    expect(() => gridWorld({ stepReward: Number.NaN })).toThrow("stepReward must be a finite number; got NaN");
  });

  test("comes back with the definition, obstacles included", () => {
    const map = ["G.>", ".#.", "S.."];
    expect(gridWorld({ map }).map).toEqual(map);
    expect(gridWorld({ mapName: "street" }).map?.[1]).toBe(">......");
    expect(frozenLake({ desc: ["SF", "HG"] }).map).toEqual(["SF", "HG"]);
  });

  test("is drawn with its wind, and with who is caught on top of what caught it", () => {
    const shapes = (options: object, state: number) => recordDrawing(gridWorld(options), state).shapes;
    const arrowheads = (wind: number[]): number =>
      shapes({ map: ["SG"], wind }, 0).filter(({ kind, style }) => kind === "line" && style.stroke === "accent").length;
    expect([arrowheads([0, 0]), arrowheads([1, 0]), arrowheads([1, 2])]).toEqual([0, 2, 6]);
    const caught = shapes({ map: ["S>.G"] }, 1);
    const last = (fill: string): number => caught.findLastIndex(({ style }) => style.fill === fill);
    expect(last("agent")).toBeGreaterThan(last("danger"));
  });
});

describe("Taxi", () => {
  test("tells which actions make a difference, at the reset and after each step", () => {
    const environment = make("Taxi-v4");
    const rules = table(taxi());
    let { observation, info } = environment.reset({ seed: 2 });
    for (let step = 0; step < 150; step++) {
      const state = observation[0];
      const moves = rules.rows[state].map(([[, next]]) => Number(next !== state));
      expect(info.actionMask).toEqual(moves);
      ({ observation, info } = environment.step(environment.definition.action.sample(numpyGenerator(step))));
    }
  });

  test("slips aside in the rain, unless the way ahead is shut", () => {
    const rainy = table(taxi({ isRainy: true, rainyProbability: 0.6 }));
    const cell = (row: number, column: number) => (row * 5 + column) * 20;
    const places = (state: number, action: number) => rainy.rows[state][action].map(([p, next]) => [p, next]);
    expect(places(cell(2, 2), 0)).toEqual([
      [0.6, cell(3, 2)],
      [0.2, cell(2, 3)],
      [0.2, cell(2, 1)],
    ]);
    expect(places(cell(0, 1), 2).map(([, next]) => next)).toEqual([cell(0, 1), cell(0, 1), cell(0, 1)]);
    expect(rainy.rows[cell(0, 0)][4]).toHaveLength(1);
  });

  test("a fickle passenger chooses another destination once, at the first move aboard", () => {
    const fickle = taxi({ ficklePassenger: true, fickleProbability: 1 });
    checkEnvironment(fickle);
    checkEnvironment(taxi({ isRainy: true, ficklePassenger: true }));
    const random = numpyGenerator(3);
    const aboard = 500 + (2 * 5 + 2) * 20 + 4 * 4 + 1;
    const moved = fickle.step(aboard, 0, random).state;
    expect(moved).toBeLessThan(500);
    expect(moved % 4).not.toBe(1);
    expect(fickle.step(moved, 0, random).state % 4).toBe(moved % 4);
    expect(fickle.step(aboard, 4, random).state).toBe(aboard);
  });
});

describe("Blackjack", () => {
  const stuck = (options: Record<string, unknown>, player: number[], dealer: number[]): number =>
    definition("Blackjack-v1", options).step({ player, dealer, suit: 0, face: 0 }, 0, numpyGenerator(0)).reward;

  test("pays naturals as its arguments say", () => {
    expect(stuck({}, [1, 10], [10, 10])).toBe(1);
    expect(stuck({}, [1, 10], [10, 1])).toBe(0);
    expect(stuck({ sab: true }, [1, 10], [10, 9, 2])).toBe(1);
    expect(stuck({ sab: false }, [1, 10], [10, 9, 2])).toBe(0);
    expect(stuck({ sab: false, natural: true }, [1, 10], [10, 10])).toBe(1.5);
    expect(stuck({ sab: false, natural: true }, [10, 5, 6], [10, 10])).toBe(1);
  });

  test("observes a tuple: sum, open card, usable ace", () => {
    const out = new Float32Array(3);
    Blackjack.observe({ player: [1, 6], dealer: [9, 2], suit: 0, face: 0 }, out);
    expect(readFlat(Blackjack.observation, out)).toEqual([17, 9, 1]);
    Blackjack.observe({ player: [1, 6, 10], dealer: [9, 2], suit: 0, face: 0 }, out);
    expect(readFlat(Blackjack.observation, out)).toEqual([17, 9, 0]);
  });
});

describe("MultiArmedBandit", () => {
  test("pays what its arms are worth", () => {
    const bandit = make(multiArmedBandit({ values: [0.25, 0.75], noise: 0 }));
    bandit.reset({ seed: 0 });
    expect([bandit.step(0).reward, bandit.step(1).reward]).toEqual([0.25, 0.75]);
    expect(() => multiArmedBandit({ arms: 3, values: [1] })).toThrow("each of the 3 arms");
    expect(() => make("MultiArmedBandit-v0", { arms: 2.5 })).toThrow("positive whole number");
  });

  test("draws new arms for every episode from N(0, spread²)", () => {
    const bandit = multiArmedBandit({ arms: 2000, spread: 2 });
    const { values } = bandit.reset(numpyGenerator(1));
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(variance).toBeGreaterThan(3.5);
    expect(variance).toBeLessThan(4.5);
  });
});

// 11.1.5: exploring and exploiting on the ten-armed testbed (Sutton & Barto, ch. 2): ε-greedy, optimism, upper bounds, softmax.
import { makeVector } from "@agon/env";
import { type BanditState, MultiArmedBandit } from "@agon/environments";
import { exp, log } from "@agon/math";
import { createRandom, type Random } from "@agon/random";
import { claim, type Lab, type LabContext } from "./lab.ts";

const ARMS = 10;
const PULLS = 1000;

/** What one player knows of its arms. */
interface Knowledge {
  /** Mean payment of each arm so far, or what stands in for it. [ARMS] */
  readonly values: Float64Array;
  readonly counts: Int32Array;
  /** Pulls so far. */
  readonly pulls: number;
}

interface Strategy {
  /** The arm to pull. */
  readonly choose: (known: Knowledge, random: Random) => number;
  /** What every arm is believed to pay before it was pulled. Default 0. */
  readonly start?: number;
  /** Share of the error by which an estimate moves; without, 1/n: estimates are means. */
  readonly rate?: number;
}

/** Strategies of one number each, and the numbers to try. */
interface Family {
  readonly name: string;
  readonly symbol: string;
  readonly grid: readonly number[];
  readonly make: (parameter: number) => Strategy;
}

const greedy: Strategy["choose"] = ({ values }, random) => best(values, random);

const FAMILIES: readonly Family[] = [
  {
    name: "ε-greedy",
    symbol: "ε",
    grid: [1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2],
    make: (epsilon) => epsilonGreedy(epsilon),
  },
  {
    name: "optimistic, rate 0.1",
    symbol: "Q₀",
    grid: [1 / 4, 1 / 2, 1, 2, 4, 8],
    make: (start) => ({ choose: greedy, start, rate: 0.1 }),
  },
  {
    name: "upper bounds (UCB)",
    symbol: "c",
    grid: [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4],
    make: (c) => ({ choose: (known, random) => best(upperBounds(known, c), random) }),
  },
  {
    name: "softmax",
    symbol: "τ",
    grid: [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2],
    make: (temperature) => ({ choose: ({ values }, random) => drawSoftmax(values, temperature, random) }),
  },
];

/** Shown pull by pull; the numbers are those of Sutton & Barto's figures 2.2 to 2.4. */
const SHOWN: Readonly<Record<string, Strategy>> = {
  greedy: { choose: greedy },
  "ε = 0.01": epsilonGreedy(0.01),
  "ε = 0.1": epsilonGreedy(0.1),
  "Q₀ = 5, rate 0.1": { choose: greedy, start: 5, rate: 0.1 },
  "c = 2": FAMILIES[2].make(2),
  "τ = 0.25": FAMILIES[3].make(0.25),
};

export const exploration: Lab = {
  id: "11.1.5-exploration",
  section: "11.1.5",
  title: "Exploring and exploiting: four strategies on ten arms",
  question:
    "Ten arms pay unknown amounts: how much do ε-greedy, optimistic, upper-bound and softmax players win in a thousand pulls, and what do too little and too much exploration cost?",
  async run(context) {
    const curves = await playShown(context);
    const study = await sweep(context);
    return {
      tables: [curves.table, study.table],
      charts: [...curves.charts, study.chart],
      claims: [...curves.claims, ...study.claims],
    };
  },
};

function epsilonGreedy(epsilon: number): Strategy {
  return {
    choose: ({ values }, random) => (random.uniform() < epsilon ? random.integer(ARMS) : best(values, random)),
  };
}

/** The arm of the largest value; one of the equals at random. */
const best = (values: Float64Array, random: Random): number => {
  let [arm, equals] = [0, 1];
  for (let a = 1; a < ARMS; a++) {
    if (values[a] > values[arm]) [arm, equals] = [a, 1];
    else if (values[a] === values[arm] && random.integer(++equals) === 0) arm = a;
  }
  return arm;
};

const bounds = new Float64Array(ARMS);

/** Q(a) + c·√(ln t/N(a)) (Auer et al. 2002; eq. 2.10 of Sutton & Barto): an arm that was never pulled comes first. */
const upperBounds = ({ values, counts, pulls }: Knowledge, c: number): Float64Array => {
  const spread = log(pulls + 1);
  for (let a = 0; a < ARMS; a++)
    bounds[a] = counts[a] === 0 ? Number.POSITIVE_INFINITY : values[a] + c * Math.sqrt(spread / counts[a]);
  return bounds;
};

/** Draws an arm with probability in proportion to exp(Q(a)/τ). */
const drawSoftmax = (values: Float64Array, temperature: number, random: Random): number => {
  const largest = Math.max(...values);
  const weights = values.map((value) => exp((value - largest) / temperature));
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  let arm = 0;
  while (arm < ARMS - 1 && (rest -= weights[arm]) >= 0) arm++;
  return arm;
};

/** Means over all problems, pull by pull. [PULLS] */
interface Played {
  readonly rewards: Float64Array;
  /** Share of the players that pulled the arm that is the best in truth. */
  readonly optimal: Float64Array;
}

/** Plays as many problems as `count` side by side; the same seed gives every strategy the same arms. */
const play = ({ choose, start = 0, rate }: Strategy, count: number, seed: number): Played => {
  const vector = makeVector(MultiArmedBandit, count);
  vector.reset({ seed });
  const random = createRandom(seed).split("player");
  const goals = Array.from({ length: count }, (_, lane) => bestOf((vector.state(lane) as BanditState).values));
  const players = goals.map(() => ({
    values: new Float64Array(ARMS).fill(start),
    counts: new Int32Array(ARMS),
    pulls: 0,
  }));
  const actions = new Int32Array(count);
  const [rewards, optimal] = [new Float64Array(PULLS), new Float64Array(PULLS)];
  for (let t = 0; t < PULLS; t++) {
    for (let lane = 0; lane < count; lane++) {
      actions[lane] = choose(players[lane], random);
      if (actions[lane] === goals[lane]) optimal[t] += 1 / count;
    }
    vector.step(actions);
    for (let lane = 0; lane < count; lane++) {
      const player = players[lane];
      const [arm, reward] = [actions[lane], vector.rewards[lane]];
      player.pulls++;
      player.counts[arm]++;
      player.values[arm] += (reward - player.values[arm]) * (rate ?? 1 / player.counts[arm]);
      rewards[t] += reward / count;
    }
  }
  vector.close();
  return { rewards, optimal };
};

const bestOf = (values: readonly number[]): number => values.indexOf(Math.max(...values));

const meanOf = (values: Float64Array, start = 0, end = values.length): number =>
  values.subarray(start, end).reduce((sum, value) => sum + value, 0) / (end - start);

const problemsOf = ({ scale }: LabContext): number => (scale === "full" ? 2000 : 200);

const playShown = async (context: LabContext) => {
  const problems = problemsOf(context);
  const names = Object.keys(SHOWN);
  const played: Played[] = [];
  for (const [i, name] of names.entries()) {
    await context.progress((0.2 * i) / names.length, name);
    played.push(play(SHOWN[name], problems, context.seed));
  }
  const late = played.map(({ optimal }) => meanOf(optimal, PULLS - 100));
  const early = played.map(({ optimal }) => meanOf(optimal, 0, 50));
  const earned = played.map(({ rewards }) => meanOf(rewards));
  const of = (name: string): number => names.indexOf(name);
  // Means of ten pulls: a curve of a thousand points says no more.
  const every = 10;
  const points = PULLS / every;
  const chart = (title: string, label: string, key: keyof Played) => ({
    title,
    x: { label: "pull", values: Array.from({ length: points }, (_, k) => (k + 1) * every) },
    y: { label },
    series: played.map((one, i) => ({
      label: names[i],
      values: Array.from({ length: points }, (_, k) => meanOf(one[key], k * every, (k + 1) * every)),
    })),
  });
  return {
    table: {
      title: `${problems} problems of ten arms, ${PULLS} pulls each; the best arm pays 1.54 on average`,
      columns: ["player", "mean payment", "best arm, first 50 pulls", "best arm, last 100 pulls"],
      rows: names.map((name, i) => [name, earned[i], early[i], late[i]]),
    },
    charts: [
      chart("Payment, pull by pull", "mean payment", "rewards"),
      chart("How often the best arm is pulled", "share", "optimal"),
    ],
    claims: [
      claim(
        "a tenth of random pulls finds the best arm more often in the end than none, by",
        late[of("ε = 0.1")] - late[of("greedy")],
        { least: 0.2 },
      ),
      claim(
        "a hundredth finds it later: less often in the end than a tenth, by",
        late[of("ε = 0.1")] - late[of("ε = 0.01")],
        { least: 0.05 },
      ),
      claim(
        "optimism explores at first: less often the best arm in 50 pulls than ε = 0.1, by",
        early[of("ε = 0.1")] - early[of("Q₀ = 5, rate 0.1")],
        { least: 0 },
      ),
      claim(
        "… and then does not have to: more often in the end, by",
        late[of("Q₀ = 5, rate 0.1")] - late[of("ε = 0.1")],
        { least: 0 },
      ),
      claim("upper bounds earn more than ε = 0.1, by", earned[of("c = 2")] - earned[of("ε = 0.1")], { least: 0 }),
    ],
  };
};

const sweep = async (context: LabContext) => {
  const problems = problemsOf(context);
  const total = FAMILIES.reduce((sum, { grid }) => sum + grid.length, 0);
  const results: { family: Family; earned: number[] }[] = [];
  let done = 0;
  for (const family of FAMILIES) {
    const earned: number[] = [];
    for (const parameter of family.grid) {
      await context.progress(0.2 + (0.8 * done++) / total, `${family.name}, ${family.symbol} = ${parameter}`);
      earned.push(meanOf(play(family.make(parameter), problems, context.seed).rewards));
    }
    results.push({ family, earned });
  }
  const grid = [...new Set(FAMILIES.flatMap((family) => family.grid))].sort((a, b) => a - b);
  const atEnds = results.filter(({ earned }) => [0, earned.length - 1].includes(earned.indexOf(Math.max(...earned))));
  return {
    table: {
      title: "Each strategy over its number: mean payment in all pulls",
      columns: ["strategy", "best at", "mean payment", "with the least", "with the most"],
      rows: results.map(({ family, earned }) => {
        const most = Math.max(...earned);
        return [
          family.name,
          `${family.symbol} = ${family.grid[earned.indexOf(most)]}`,
          most,
          earned[0],
          earned[earned.length - 1],
        ];
      }),
    },
    chart: {
      title: "Too little and too much exploration",
      x: { label: "ε, Q₀, c, τ", values: grid, scale: "logarithmic" as const },
      y: { label: "mean payment" },
      series: results.map(({ family, earned }) => ({
        label: `${family.name}: ${family.symbol}`,
        values: grid.map((parameter) => earned[family.grid.indexOf(parameter)] ?? null),
      })),
    },
    claims: [
      claim("strategies that earn most at an end of their grid, not between too little and too much", atEnds.length, {
        most: 0,
      }),
    ],
  };
};

// One training loop in a process of its own: how fast it is, how soon CartPole is solved, or where its time goes. Asked by one argument, a
// JSON object; the answer is one on stdout.
import { Session } from "node:inspector/promises";
import { CartPole } from "@agon/environments";
import { type Agent, findAlgorithm, type TrainEvent } from "@agon/rl";
import { backendInForce, selectBackend } from "@agon/tensor";
import { median } from "../timing.ts";
import { type LoopPart, partsOf, type SampledProfile } from "./loop-parts.ts";
import { loopWorks } from "./loops.ts";

export type LoopRequest = { readonly work: string; readonly seed: number; readonly numerics: string | undefined } & (
  | { readonly kind: "speed"; readonly rounds: number; readonly stepsPerRound: number }
  /** Stops at the last step, solved or not. */
  | { readonly kind: "solve"; readonly lastStep: number }
  | { readonly kind: "profile"; readonly steps: number }
);

export interface LoopAnswer {
  readonly numerics: string;
  /** "speed": the curve's hash, … */
  readonly curveHash?: string;
  /** … and steps per second of processor time, of the median round, the least and the greatest. */
  readonly speed?: { readonly median: number; readonly min: number; readonly max: number };
  /** "solve": the best mean of 100 episodes; seconds of processor time, the agent's making included, and steps until it was 475. */
  readonly solve?: { readonly best: number; readonly seconds: number | null; readonly steps: number | null };
  /** "profile": shares of the time, which sum to one. */
  readonly parts?: Readonly<Record<LoopPart, number>>;
}

const SOLVED = 475;
const EPISODES = 100;

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const answer = async (request: LoopRequest): Promise<LoopAnswer> => {
  const work = loopWorks.find(({ name }) => name === request.work);
  if (work === undefined) throw new Error(`internal: there is no loop ${request.work}.`);
  await selectBackend(request.numerics === "strict" ? "wasm-strict" : "wasm");
  const { numerics } = backendInForce();
  const start = processorSeconds();
  const spec = findAlgorithm(work.algorithm);
  const agent = spec.create(CartPole, { ...(work.options ?? spec.tuned(CartPole.id)), seed: request.seed });
  if (request.kind === "solve") return { numerics, solve: await solve(agent, request.lastStep, start) };
  await take(agent, work.warmUp);
  if (request.kind === "speed")
    return { numerics, speed: await speed(agent, request), curveHash: await agent.curveHash() };
  return { numerics, parts: await profile(agent, request.steps) };
};

const take = async (agent: Agent, steps: number, onEpisode: (episode: TrainEvent) => boolean | void = () => {}) => {
  for await (const event of agent.train({ steps })) if (onEpisode(event) === true) break;
};

const speed = async (
  agent: Agent,
  { rounds, stepsPerRound }: { readonly rounds: number; readonly stepsPerRound: number },
): Promise<NonNullable<LoopAnswer["speed"]>> => {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [from, start] = [agent.steps, processorSeconds()];
    await take(agent, stepsPerRound);
    rates.push((agent.steps - from) / (processorSeconds() - start));
  }
  return { median: median(rates), min: Math.min(...rates), max: Math.max(...rates) };
};

const solve = async (agent: Agent, lastStep: number, start: number): Promise<NonNullable<LoopAnswer["solve"]>> => {
  const returns: number[] = [];
  let best = 0;
  let solved: { readonly seconds: number; readonly steps: number } | null = null;
  await take(agent, lastStep, (event) => {
    if (event.type !== "episode") return;
    returns.push(event.return);
    if (returns.length > EPISODES) returns.shift();
    if (returns.length < EPISODES) return;
    best = Math.max(best, returns.reduce((sum, each) => sum + each, 0) / EPISODES);
    if (best < SOLVED) return;
    solved = { seconds: processorSeconds() - start, steps: event.step };
    return true;
  });
  return { best, ...(solved ?? { seconds: null, steps: null }) };
};

/** By V8's sampling profiler, which asks every 100 µs what runs. */
const profile = async (agent: Agent, steps: number): Promise<Record<LoopPart, number>> => {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
  await take(agent, steps);
  const { profile: sampled } = await session.post("Profiler.stop");
  session.disconnect();
  return partsOf(sampled as SampledProfile);
};

process.stdout.write(JSON.stringify(await answer(JSON.parse(process.argv[2]) as LoopRequest)));

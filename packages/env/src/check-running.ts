// checkEnvironment for environments that run: whatever has Gymnasium's reset, step and close, written without a definition.
import { BrokenPromiseError } from "./errors.ts";
import type { CheckOptions, CheckReport, EnvironmentPromise } from "./check-environment.ts";
import type { Action, Environment, StepResult } from "./environment.ts";
import { findOutside } from "./flat.ts";
import { type MovedClock, withClock } from "./moved-clock.ts";
import { copyPlain, findDifference } from "./plain-data.ts";
import { seededStream } from "./seeding.ts";
import type { ActionSpace } from "./spaces.ts";

/** What is checked: the part of an Environment that Gymnasium's have too, and snapshots where there are any. */
export type CheckableEnvironment = Pick<Environment, "observationSpace" | "actionSpace" | "reset" | "step" | "close"> &
  Partial<Pick<Environment, "id" | "snapshot" | "restore">> & {
    /** Where there is a known time limit. */
    readonly definition?: { readonly maxSteps?: number };
  };

/** Steps of an episode that replays compare. */
const REPLAY = 200;

/** So many episodes are not alike by chance, even where there are but two different ones. */
export const MANY_SEEDS = 64;

/** A clock at 01:46:40 on a Sunday in September. */
const still: MovedClock = { start: 1e12, tick: 0 };
/** The end of the next second, hour and day; another year, month, weekday and hour; one that runs. */
const otherClocks: readonly MovedClock[] = [
  { start: 1e12 + 86_399_999, tick: 0 },
  { start: 1e12 + 500 * 86_400_000 + 7 * 3_600_000, tick: 0 },
  { start: 1e12, tick: 17 },
];

/** Plays whole episodes on environments that `create` makes; see checkEnvironment. */
export function checkRunning(
  create: () => CheckableEnvironment,
  { seed = 0, episodes = 20, patience = 100_000, except = [] }: CheckOptions = {},
): CheckReport {
  const check = new RunningCheck(create, seed, new Set(except));
  check.checkForm();
  const played = check.playEpisodes(episodes, patience);
  check.checkEnds(played, patience);
  check.checkReplays();
  const hasChance = check.checkSeeds();
  check.checkSnapshot();
  check.checkInvalidActions();
  check.checkClose();
  const remarks = hasChance ? [] : ["Its seed changes nothing: every episode depends on the actions alone."];
  return { episodes, steps: played.reduce((sum, { length }) => sum + length, 0), remarks };
}

interface Played {
  readonly seed: number;
  readonly length: number;
  readonly ended: boolean;
  readonly terminated: boolean;
}

/** An episode in words, to compare with another: a line a step, its infos apart. */
interface Trace {
  readonly lines: readonly string[];
  readonly infos: readonly string[];
}

interface Fault {
  readonly finding: string;
  readonly cause: string;
  readonly seed?: number;
  readonly step?: number;
}

class RunningCheck {
  readonly #create: () => CheckableEnvironment;
  readonly #seed: number;
  readonly #except: ReadonlySet<EnvironmentPromise>;
  #id = "environment";

  constructor(create: () => CheckableEnvironment, seed: number, except: ReadonlySet<EnvironmentPromise>) {
    this.#create = create;
    this.#seed = seed;
    this.#except = except;
  }

  #fail(promise: EnvironmentPromise, { seed = this.#seed, ...fault }: Fault): void {
    if (this.#except.has(promise)) return;
    throw new BrokenPromiseError({ environment: this.#id, promise, seed, ...fault });
  }

  checkForm(): void {
    const environment = this.#create();
    this.#id = environment?.id ?? environment?.constructor?.name ?? this.#id;
    for (const name of ["reset", "step", "close"] as const) {
      if (typeof environment?.[name] === "function") continue;
      this.#fail("form", { finding: `has no ${name}()`, cause: "see Environment for what it must have." });
    }
    for (const name of ["observationSpace", "actionSpace"] as const) {
      if (typeof environment[name]?.contains === "function") continue;
      this.#fail("form", { finding: `has no ${name}`, cause: "give it a space such as box(…) or discrete(…)." });
    }
    const early = answers(() => environment.step(sampleAction(environment.actionSpace, this.#seed)));
    if (!early) return;
    const cause = "throw in step() while there was no reset(): what it gave belongs to no episode.";
    this.#fail("order", { finding: "took a step before the first reset", cause });
  }

  playEpisodes(episodes: number, patience: number): Played[] {
    const environment = this.#create();
    const played: Played[] = [];
    for (let index = 0; index < episodes; index++) {
      const limit = played.some(({ ended }) => ended) ? Math.min(patience, 1000) : patience;
      played.push(this.#playEpisode(environment, { seed: this.#seed + index, style: index, limit }));
    }
    return played;
  }

  #playEpisode(
    environment: CheckableEnvironment,
    { seed, style, limit }: { seed: number; style: number; limit: number },
  ): Played {
    const actions = actionsOf(environment.actionSpace, { style, seed });
    const start = environment.reset({ seed });
    this.#checkStart(start, environment, seed);
    let last: Float32Array = start.observation;
    const sizes = [sizeOf(start.info)];
    for (let step = 1; step <= limit; step++) {
      const action = actions();
      const [kept, given] = [last.slice(), copyPlain(action)];
      const result = environment.step(action);
      this.#checkResult(result, environment, { seed, step });
      if (result.observation === last || findDifference(kept, last)) {
        const cause = "return a new array from every reset() and step(), or a copy: callers keep what they were given.";
        this.#fail("fresh-buffers", { finding: "wrote into an observation that it had returned", cause, seed, step });
      }
      const mutated = findDifference(given, action, "action");
      if (mutated) {
        const cause = "copy the action before clipping or scaling it: it belongs to the caller.";
        this.#fail("actions", { finding: `changed the action that it was given (${mutated})`, cause, seed, step });
      }
      last = result.observation;
      if (step <= 1000) sizes.push(sizeOf(result.info));
      if (!result.terminated && !result.truncated) continue;
      this.#checkInfoSizes(sizes.slice(0, -1), seed); // the last info may hold a summary
      this.#checkStepAfterEnd(environment, { seed, step });
      return { seed, length: step, ended: true, terminated: result.terminated };
    }
    this.#checkInfoSizes(sizes, seed);
    return { seed, length: limit, ended: false, terminated: false };
  }

  #checkStart(start: ReturnType<Environment["reset"]>, environment: CheckableEnvironment, seed: number): void {
    const isPair = typeof start === "object" && start !== null && "observation" in start;
    if (!isPair)
      this.#fail("form", {
        finding: "returned no observation from reset()",
        cause: "return { observation, info }.",
        seed,
      });
    this.#checkObservation(start.observation, environment, { seed, step: 0 });
    this.#checkInfo(start.info, { seed, step: 0 });
  }

  #checkResult(result: StepResult, environment: CheckableEnvironment, place: { seed: number; step: number }): void {
    if (typeof result !== "object" || result === null) {
      const cause = "return { observation, reward, terminated, truncated, info }.";
      this.#fail("form", { finding: "returned no result from step()", cause, ...place });
    }
    this.#checkObservation(result.observation, environment, place);
    if (!Number.isFinite(result.reward)) {
      const { reward } = result;
      const finding = `gave a reward of ${typeof reward === "number" ? reward : `type ${typeof reward}`}`;
      const cause = "every reward must be a finite number: look for a division by zero or a missing case.";
      this.#fail("finite", { finding, cause, ...place });
    }
    for (const flag of ["terminated", "truncated"] as const) {
      if (typeof result[flag] === "boolean") continue;
      const cause = "both flags are there in every step, true or false: the task's end apart from a cut.";
      this.#fail("flags", { finding: `gave ${flag} as ${String(result[flag])}`, cause, ...place });
    }
    this.#checkInfo(result.info, place);
  }

  #checkObservation(
    observation: unknown,
    { observationSpace: space }: CheckableEnvironment,
    place: { seed: number; step: number },
  ): void {
    const from = place.step === 0 ? "reset()" : "step()";
    if (!(observation instanceof Float32Array)) {
      const kind = (observation as object | undefined)?.constructor?.name ?? String(observation);
      const cause = "observations are flat Float32Arrays, whatever the space; see Space.";
      return this.#fail("dtype", { finding: `returned an observation of type ${kind} from ${from}`, cause, ...place });
    }
    if (observation.length !== space.size) {
      const finding = `returned an observation of ${observation.length} elements from ${from}`;
      const cause = `${space} has ${space.size}: give each of them, or another observationSpace.`;
      return this.#fail("shape", { finding, cause, ...place });
    }
    const broken = observation.findIndex((element) => !Number.isFinite(element));
    if (broken >= 0) {
      const cause = "every element must be a finite number: look for a division by zero or a missing field.";
      this.#fail("finite", { finding: `observed ${observation[broken]} (element ${broken})`, cause, ...place });
    }
    const outside = findOutside(space, observation);
    if (outside)
      this.#fail("in-space", {
        finding: `observed ${outside}`,
        cause: "widen the space or clamp the observation.",
        ...place,
      });
  }

  #checkInfo(info: unknown, place: { seed: number; step: number }): void {
    if (typeof info === "object" && info !== null) return;
    const cause = "info is an object, empty where there is nothing to say.";
    this.#fail("info", { finding: `gave info as ${String(info)}`, cause, ...place });
  }

  /** More than counters do, and either without ever shrinking or to more than twice the size. */
  #checkInfoSizes(sizes: readonly number[], seed: number): void {
    if (sizes.length < 40) return;
    const quarter = Math.floor(sizes.length / 4);
    const [early, late] = [Math.max(...sizes.slice(0, quarter)), Math.min(...sizes.slice(-quarter))];
    const shrinks = sizes.some((size, i) => i > 0 && size < sizes[i - 1]);
    if (late < early + 24 || (shrinks && late < 2 * early + 64)) return;
    this.#failInfo(`gave an info that grew from ${early} to ${late} characters`, seed);
  }

  #failInfo(finding: string, seed = this.#seed): void {
    const cause = "info is of this step alone: a history that grows fills memory in long runs.";
    this.#fail("info", { finding, cause, seed });
  }

  #checkStepAfterEnd(environment: CheckableEnvironment, place: { seed: number; step: number }): void {
    if (!answers(() => environment.step(sampleAction(environment.actionSpace, place.seed)))) return;
    const finding = "took another step after the end of its episode";
    const cause = "throw in step() after terminated or truncated, until the next reset().";
    this.#fail("order", { finding, cause, ...place });
  }

  checkEnds(played: readonly Played[], patience: number): void {
    const { seed } = played[0];
    const limit = this.#create().definition?.maxSteps;
    if (!played.some(({ ended }) => ended) && (limit === undefined || limit <= patience)) {
      const finding = `did not end one of ${played.length} episodes within ${patience} steps`;
      this.#fail("ends", { finding, cause: "set terminated where the task is over, or truncate at a limit.", seed });
    }
    if (played.every(({ length, ended }) => ended && length === 1)) {
      const cause = 'look at the condition for terminated; for a one-step task pass except: ["lasts"].';
      this.#fail("lasts", { finding: "ended every episode in its first step", cause, seed, step: 1 });
    }
    const longest = Math.max(...played.map(({ length }) => length));
    const last = played.filter(({ length, ended }) => ended && length === longest);
    const atLimit = longest === limit || (limit === undefined && longest >= 10);
    if (!atLimit || longest === 1 || last.length < 3 || !last.every(({ terminated }) => terminated)) return;
    const finding = `terminated the ${last.length} longest of its episodes all in step ${longest}`;
    const cause =
      'running out of time is no end of the task: set truncated there, so that values are learned rightly; where the task always ends in that step, pass except: ["time-limit"].';
    this.#fail("time-limit", { finding, cause, seed: last[0].seed, step: longest });
  }

  /** The same seed and actions again: in another instance, at another time, after other episodes, beside another instance. */
  checkReplays(): void {
    const seed = this.#seed;
    const play = (clock: MovedClock = still): Trace => withClock(clock, () => this.#trace(this.#create(), seed));
    const first = play();
    this.#compare(first, play(), "reproducible", {
      finding: "played two episodes under the same seed and actions",
      cause: "draw all chance from a generator that reset({ seed }) seeds; no Math.random, no clock.",
    });
    for (const clock of otherClocks)
      this.#compare(first, play(clock), "clock", {
        finding: "played another episode at another time of day",
        cause: "count steps rather than read the clock: a run must not depend on how fast or when it runs.",
      });
    const again = this.#create();
    again.reset({ seed });
    const second = withClock(still, () => this.#trace(again, seed));
    this.#compare(first, second, "reproducible", {
      finding: "played another episode when the seed was given a second time",
      cause: "reset({ seed }) must seed the generator anew each time, and not only the first.",
    });
    const used = this.#create();
    const late = withClock(still, () => {
      for (const other of [seed + 1, seed + 2]) this.#trace(used, other);
      return this.#trace(used, seed);
    });
    this.#compare(first, late, "clean-reset", {
      finding: "played another episode after others than at first",
      cause: "reset() must set every field anew: counters, histories, positions.",
    });
    const infos = findDifference(first.infos, late.infos, "info");
    if (infos) this.#failInfo(`gave another info after other episodes than at first (${shorten(infos)})`);
    this.#compare(
      first,
      withClock(still, () => this.#interleaved()),
      "isolated",
      {
        finding: "played another episode while a second instance ran beside it",
        cause: "keep state in the instance: no module variables, static fields or shared arrays.",
      },
    );
  }

  #compare(first: Trace, other: Trace, promise: EnvironmentPromise, fault: Fault): void {
    const step = first.lines.findIndex((line, i) => line !== other.lines[i]);
    if (step < 0) return;
    const [was, became] = [first.lines[step], other.lines[step]].map((line) => shorten(line ?? "nothing"));
    this.#fail(promise, { ...fault, finding: `${fault.finding} (${was} became ${became})`, step });
  }

  #trace(environment: CheckableEnvironment, seed: number | undefined, beside?: () => void): Trace {
    const actions = actionsOf(environment.actionSpace, { style: 0, seed: this.#seed });
    const { observation, info } = environment.reset({ seed });
    const lines = [observation.join()];
    const infos = [JSON.stringify(info)];
    for (let step = 1; step <= REPLAY; step++) {
      beside?.();
      const result = environment.step(actions());
      lines.push([...result.observation, result.reward, result.terminated, result.truncated].join());
      infos.push(JSON.stringify(result.info));
      if (result.terminated || result.truncated) break;
    }
    return { lines, infos };
  }

  #interleaved(): Trace {
    const [environment, other] = [this.#create(), this.#create()];
    const actions = actionsOf(other.actionSpace, { style: 0, seed: this.#seed + 1 });
    other.reset({ seed: this.#seed + 1 });
    return this.#trace(environment, this.#seed, () => {
      const { terminated, truncated } = other.step(actions());
      if (terminated || truncated) other.reset();
    });
  }

  /** Whether there is any chance; if so, other seeds and later episodes must show it. */
  checkSeeds(): boolean {
    const environment = this.#create();
    environment.reset({ seed: this.#seed });
    const bySeed = new Set<string>();
    const inARow = new Set<string>();
    for (let index = 0; index < MANY_SEEDS; index++) {
      bySeed.add(this.#trace(this.#create(), this.#seed + index).lines.join("\n"));
      inARow.add(this.#trace(environment, undefined).lines.join("\n"));
      const [seeds, rows] = [bySeed.size > 1, inARow.size > 1];
      if (seeds && rows) return true;
      if (!seeds && !rows && index >= 7) return false;
    }
    if (inARow.size === 1) {
      const cause = "a reset without seed goes on with the generator as it stands: seed only where a seed is given.";
      const finding = `played the same episode ${MANY_SEEDS} times in a row without a seed`;
      this.#fail("reseeding", { finding, cause });
    } else {
      const cause = "seed the generator from the seed that reset({ seed }) is given, and not from a constant.";
      const finding = `played the same episode with the same actions under ${MANY_SEEDS} seeds`;
      this.#fail("seeds", { finding, cause });
    }
    return true;
  }

  checkSnapshot(): void {
    const environment = this.#create();
    if (!environment.snapshot || !environment.restore) return;
    const actions = actionsOf(environment.actionSpace, { style: 0, seed: this.#seed });
    const go = (target: CheckableEnvironment, action: Action): string => {
      const { observation, reward, terminated, truncated } = target.step(action);
      const line = [...observation, reward, terminated, truncated].join();
      return terminated || truncated ? `${line} | ${target.reset().observation.join()}` : line;
    };
    environment.reset({ seed: this.#seed });
    for (let step = 0; step < 5; step++) go(environment, actions());
    const snapshot = JSON.stringify(environment.snapshot());
    const tape = Array.from({ length: 50 }, actions);
    const original = tape.map((action) => go(environment, copyPlain(action)));
    for (const target of [environment, this.#create()]) {
      target.restore?.(JSON.parse(snapshot));
      const repeated = tape.map((action) => go(target, copyPlain(action)));
      const step = original.findIndex((line, index) => line !== repeated[index]);
      if (step < 0) continue;
      const finding = `went on differently after a snapshot was restored from JSON (${shorten(original[step])} became ${shorten(repeated[step])})`;
      const cause = "a snapshot holds all that the rules need, and the state of the generator, as plain JSON.";
      this.#fail("snapshot", { finding, cause, step: step + 6 });
    }
  }

  checkInvalidActions(): void {
    const { actionSpace } = this.#create();
    for (const action of invalidActions(actionSpace)) {
      const environment = this.#create();
      environment.reset({ seed: this.#seed });
      if (!answers(() => environment.step(action as Action))) continue;
      const given = ArrayBuffer.isView(action) ? `[${String(action)}]` : String(action);
      const cause =
        "throw where the action is no action: a mistake of the agent would be learned as a rule of the game.";
      this.#fail("actions", { finding: `took ${given} for an action of ${actionSpace}`, cause, step: 1 });
    }
  }

  checkClose(): void {
    const environment = this.#create();
    environment.reset({ seed: this.#seed });
    environment.close();
    try {
      environment.close();
    } catch (error) {
      const finding = `threw when it was closed twice: ${(error as Error).message}`;
      this.#fail("close", { finding, cause: "remember that it is closed, and do nothing the second time." });
    }
  }
}

/** Whether a call returns; false where it throws, as it should. */
function answers(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

const sizeOf = (info: unknown): number => JSON.stringify(info)?.length ?? 0;

const shorten = (text: string): string => (text.length > 160 ? `${text.slice(0, 157)}…` : text);

const sampleAction = (space: ActionSpace, seed: number): Action => space.sample(seededStream(seed));

function invalidActions(space: ActionSpace): unknown[] {
  if (space.kind === "discrete")
    return [space.start + space.n, space.start - 1, space.start + 0.5, Number.NaN, undefined];
  return [new Float32Array(space.size + 1), new Float32Array(space.size).fill(Number.NaN), 0.5, undefined];
}

/** Random actions at first; then also one-sided and slowly changing ones, which reach other parts of an environment. */
export function actionsOf(space: ActionSpace, { style, seed }: { style: number; seed: number }): () => Action {
  const random = seededStream(seed + 1_000_003);
  const sample = (): Action => space.sample(random);
  if (style % 4 === 1) {
    const constant = sample();
    return () => copyPlain(constant);
  }
  if (style % 4 !== 3) return sample;
  let current = sample();
  return () => {
    if (random.uniform() < 0.1) current = sample();
    return copyPlain(current);
  };
}

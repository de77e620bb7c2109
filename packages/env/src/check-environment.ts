// checkEnvironment: plays whole episodes and throws at the first promise of the contract that the environment breaks.
import type { Random } from "@agon/random";
import { checkBatch } from "./check-batch.ts";
import { actionsOf, type CheckableEnvironment, checkRunning, MANY_SEEDS } from "./check-running.ts";
import { checkTable } from "./check-table.ts";
import { defineEnvironment } from "./define.ts";
import { recordDrawing } from "./drawing.ts";
import type { Action, EnvironmentDefinition, Transition } from "./environment.ts";
import { BrokenPromiseError } from "./errors.ts";
import { findOutside } from "./flat.ts";
import { make } from "./make.ts";
import { copyPlain, findDifference, findForeign } from "./plain-data.ts";
import { checkSeed, seededStream } from "./seeding.ts";
import { show } from "./show.ts";

/** What an environment promises; the names by which a check can be left out. */
const promises = [
  "form", // the definition has the fields of the contract
  "plain-state", // states are plain data
  "pure-reset", // reset depends on its stream alone
  "pure-step", // step depends on state, action and stream alone, and changes none of its arguments
  "pure-observe", // observe depends on the state alone, writes every element, and changes no state
  "pure-draw", // draw depends on the state alone, emits finite numbers, and changes no state
  "finite", // observations and rewards are finite numbers
  "in-space", // observations lie in their space
  "flags", // terminated and truncated are booleans
  "seeds", // different seeds give different episodes where the stream is used at all
  "ends", // episodes end
  "lasts", // not every episode ends in its first step
  "time-limit", // running out of time truncates, it does not terminate
  "snapshot", // a restored snapshot goes on as the original did
  "batch", // the batch rules equal the plain ones
  "table", // the transition table is the model of step
  // And of environments that run, written without a definition:
  "dtype", // observations are Float32Arrays
  "shape", // of their space's size
  "fresh-buffers", // what was returned is not written into later
  "actions", // actions are left as they are what is no action is refused
  "order", // no step before the first reset, none after the end
  "reproducible", // the same seed and actions give the same episode
  "clock", // at any time
  "clean-reset", // whatever was played before
  "isolated", // whatever runs beside it
  "reseeding", // a reset without a seed goes on with the generator
  "info", // info is an object, and does not grow
  "close", // closing twice is no error
] as const;

/** One of the promises; see the list above. */
export type EnvironmentPromise = (typeof promises)[number];

export interface CheckOptions {
  /** First seed; episodes take this one and those after it. Default 0. */
  readonly seed?: number;
  /** Episodes to play. Default 20. */
  readonly episodes?: number;
  /** Steps after which an environment without a time limit counts as endless. Default 100 000. */
  readonly patience?: number;
  /** Promises that this environment does not make, such as "lasts" for a one-step bandit. */
  readonly except?: readonly EnvironmentPromise[];
}

export interface CheckReport {
  readonly episodes: number;
  readonly steps: number;
  /** What is allowed but worth knowing, such as an environment without any chance in it. */
  readonly remarks: readonly string[];
}

/**
 * Plays whole episodes under random and one-sided policies, and throws a BrokenPromiseError naming the first broken promise, its likely
 * cause, and the seed and step at which it shows. Takes a definition, whose rules it also calls one by one, or a function that makes
 * environments that run, however they are written: `checkEnvironment(() => new Corridor())`.
 */
export function checkEnvironment<State>(
  environment: EnvironmentDefinition<State> | (() => CheckableEnvironment),
  options: CheckOptions = {},
): CheckReport {
  checkOptions(options);
  if (typeof environment !== "function") return checkDefinition(expectRules(environment), options);
  if (/^class\b/.test(Function.prototype.toString.call(environment)))
    throw new TypeError(
      `checkEnvironment: got the class ${environment.name}; pass a function: () => new ${environment.name}().`,
    );
  return checkRunning(environment, options);
}

/** A misspelt promise would be checked after all, a misspelt option have no effect. */
function checkOptions(options: CheckOptions): void {
  const { seed = 0, episodes = 20, patience = 1, except = [] } = options;
  const fail = (message: string): never => {
    throw new TypeError(`checkEnvironment: ${message}.`);
  };
  const strange = Object.keys(options).find((key) => !["seed", "episodes", "patience", "except"].includes(key));
  if (strange !== undefined) fail(`there is no option ${strange}; there are seed, episodes, patience and except`);
  checkSeed(seed);
  for (const [name, count] of Object.entries({ episodes, patience }))
    if (!Number.isSafeInteger(count) || count < 1) fail(`${name} must be a positive whole number; got ${show(count)}`);
  const unknown = except.find((promise) => !promises.includes(promise));
  if (unknown !== undefined) fail(`there is no promise ${show(unknown)}; there are ${promises.join(", ")}`);
}

function expectRules<State>(environment: EnvironmentDefinition<State>): EnvironmentDefinition<State> {
  const isObject = typeof environment === "object" && environment !== null;
  const runs = isObject && "close" in environment && !("observe" in environment);
  if (isObject && !runs) return environment;
  throw new TypeError(
    runs
      ? "checkEnvironment: got an environment that runs; pass a function that makes new ones: () => make(definition)."
      : `checkEnvironment: expected a definition, or a function that makes environments; got ${show(environment)}.`,
  );
}

function checkDefinition<State>(
  definition: EnvironmentDefinition<State>,
  { seed = 0, episodes = 20, patience = 100_000, except = [] }: CheckOptions,
): CheckReport {
  checkForm(definition as EnvironmentDefinition, seed);
  const check = new Check(definition as EnvironmentDefinition, except);
  const remarks: string[] = [];
  const played: Episode[] = [];
  for (let index = 0; index < episodes; index++) {
    const limit = definition.maxSteps ?? (played.some(({ ended }) => ended) ? Math.min(patience, 1000) : patience);
    played.push(check.playEpisode(seed + index, { limit, style: index, actionSeed: seed + index }));
  }
  check.checkEnds(played, patience);
  if (!check.drawsChance) remarks.push("It never draws from its stream: every episode depends on the actions alone.");
  else check.checkSeeds(seed);
  check.checkSnapshot(seed);
  if (definition.batch && check.wants("batch")) checkBatch(definition as EnvironmentDefinition, check, seed);
  if (definition.table && check.wants("table")) checkTable(definition as EnvironmentDefinition, check, seed);
  // What only shows from outside: the clock, variables between rules and instances, an info that grows.
  const judged: EnvironmentPromise[] = ["ends", "lasts", "time-limit", "seeds"];
  const limits = { episodes: 3, patience: Math.min(patience, 1000), except: [...except, ...judged] };
  checkRunning(() => make(definition as EnvironmentDefinition), { seed, ...limits });
  return { episodes, steps: played.reduce((sum, { length }) => sum + length, 0), remarks };
}

function checkForm(definition: EnvironmentDefinition, seed: number): void {
  try {
    defineEnvironment(definition);
  } catch (error) {
    const [environment, finding] = [String(definition?.id), `is no definition: ${(error as Error).message}`];
    throw new BrokenPromiseError({ environment, promise: "form", finding, cause: "see EnvironmentDefinition.", seed });
  }
}

/** Steps of an episode in which every promise is checked; after them only rewards, flags and observations. */
const THOROUGH_STEPS = 300;

interface Episode {
  readonly seed: number;
  readonly length: number;
  readonly ended: boolean;
  readonly terminated: boolean;
  /** First observation and state and all that followed, to compare episodes with. */
  readonly trace: string;
}

export interface Fault {
  readonly finding: string;
  readonly cause: string;
  readonly seed: number;
  readonly step?: number;
}

/** The running check of one definition. */
export class Check {
  drawsChance = false;
  readonly #rules: EnvironmentDefinition;
  readonly #except: ReadonlySet<EnvironmentPromise>;

  constructor(rules: EnvironmentDefinition, except: Iterable<EnvironmentPromise>) {
    this.#rules = rules;
    this.#except = new Set(except);
  }

  wants(promise: EnvironmentPromise): boolean {
    return !this.#except.has(promise);
  }

  fail(promise: EnvironmentPromise, fault: Fault): void {
    if (this.wants(promise)) throw new BrokenPromiseError({ environment: this.#rules.id, promise, ...fault });
  }

  /** One episode by the plain rules, every promise about single steps checked on the way. */
  playEpisode(seed: number, plan: { limit: number; style: number; actionSeed: number }): Episode {
    const rules = this.#rules;
    const { limit } = plan;
    const random = seededStream(seed);
    const actions = actionsOf(rules.action, { style: plan.style, seed: plan.actionSeed });
    let state = this.#checkedReset(random, seed);
    const trace = [`${this.#checkedObservation(state, { seed, step: 0 }).join()} ${JSON.stringify(state)}`];
    this.#checkDraw(state, { seed, step: 0 });
    for (let step = 1; step <= limit; step++) {
      const thorough = step <= THOROUGH_STEPS;
      const transition = thorough
        ? this.#checkedStep(state, actions(), { random, seed, step })
        : rules.step(state, actions(), random);
      if (!thorough) this.#checkTransition(transition, { seed, step });
      state = transition.state;
      const observation = this.#checkedObservation(state, { seed, step });
      if (thorough) trace.push(`${observation.join()} ${transition.reward} ${JSON.stringify(state)}`);
      if (step <= 20) this.#checkDraw(state, { seed, step });
      if (!transition.terminated && !transition.truncated) continue;
      return { seed, length: step, ended: true, terminated: transition.terminated, trace: trace.join("\n") };
    }
    return { seed, length: limit, ended: false, terminated: false, trace: trace.join("\n") };
  }

  #checkedReset(random: Random, seed: number): unknown {
    const twin = random.clone();
    const before = JSON.stringify(random.state());
    const state = this.#rules.reset(random);
    this.#noteChance(before, random);
    if (state instanceof Promise) {
      this.fail("plain-state", {
        finding: "returned a promise from reset()",
        cause: "rules are synchronous: load what they need before.",
        seed,
      });
    }
    if (state === undefined) {
      this.fail("plain-state", { finding: "returned nothing from reset()", cause: "return the starting state.", seed });
    }
    this.#checkPlain(state, { seed, step: 0 });
    const difference = findDifference(copyPlain(state), this.#rules.reset(twin));
    if (difference) {
      this.fail("pure-reset", {
        finding: `gave two starting states from the same stream (${difference})`,
        cause: "reset() must draw from its `random` alone: no Math.random, clock, or variable that outlives the call.",
        seed,
      });
    }
    return state;
  }

  #checkedStep(
    state: unknown,
    action: Action,
    at: { random: Random; seed: number; step: number },
  ): Transition<unknown> {
    const { random, ...place } = at;
    const [before, given, twin] = [copyPlain(state), copyPlain(action), random.clone()];
    const streamBefore = JSON.stringify(random.state());
    const transition = this.#rules.step(state, action, random);
    this.#noteChance(streamBefore, random);
    this.#checkTransition(transition, place);
    const mutated = findDifference(before, state) ?? findDifference(given, action, "action");
    if (mutated) {
      this.fail("pure-step", {
        finding: `changed an argument of step() (${mutated})`,
        cause: "return a new state instead: { ...state, … }.",
        ...place,
      });
    }
    const first = copyPlain({ ...transition, info: undefined });
    const again = this.#rules.step(before, given, twin);
    const difference = findDifference(first, { ...again, info: undefined }, "transition");
    if (difference) {
      this.fail("pure-step", {
        finding: `gave two outcomes for the same state, action and stream (${difference})`,
        cause: "step() must depend on its arguments alone: no Math.random, clock, or variable that outlives the call.",
        ...place,
      });
    }
    this.#checkPlain(transition.state, place);
    return transition;
  }

  #checkTransition(transition: Transition<unknown>, place: { seed: number; step: number }): void {
    if (typeof transition !== "object" || transition === null || !("state" in transition)) {
      this.fail("form", {
        finding: "returned no transition from step()",
        cause: "return { state, reward, terminated }.",
        ...place,
      });
    }
    const { reward, terminated, truncated } = transition;
    if (!Number.isFinite(reward)) {
      const finding = `gave a reward of ${typeof reward === "number" ? reward : `type ${typeof reward}`}`;
      this.fail("finite", {
        finding,
        cause: "every reward must be a finite number: look for a division by zero or a missing case.",
        ...place,
      });
    }
    if (typeof terminated !== "boolean" || (truncated !== undefined && typeof truncated !== "boolean")) {
      const finding = `gave terminated ${String(terminated)} and truncated ${String(truncated)}`;
      this.fail("flags", { finding, cause: "both are booleans; truncated may be left out.", ...place });
    }
  }

  /** The observation, written into two buffers with different contents before: what differs after was not written. */
  #checkedObservation(state: unknown, place: { seed: number; step: number }): Float32Array {
    const rules = this.#rules;
    const { size } = rules.observation;
    const before = copyPlain(state);
    const [out, again] = [new Float32Array(size).fill(Number.NaN), new Float32Array(size).fill(-12345.5)];
    rules.observe(state, out);
    rules.observe(state, again);
    const mutated = findDifference(before, state);
    if (mutated) {
      this.fail("pure-observe", {
        finding: `changed the state in observe() (${mutated})`,
        cause: "only write into `out`.",
        ...place,
      });
    }
    for (let i = 0; i < size; i++) {
      if (Number.isNaN(out[i]) && again[i] === -12345.5) {
        this.fail("pure-observe", {
          finding: `left element ${i} of the observation unwritten`,
          cause: `write all ${size} elements of \`out\`.`,
          ...place,
        });
      }
      if (!Number.isFinite(out[i])) {
        const cause =
          "every element must be a finite number: look for a division by zero or a missing field of the state.";
        this.fail("finite", { finding: `observed ${out[i]} (element ${i})`, cause, ...place });
      }
      if (out[i] !== again[i] && Number.isFinite(out[i])) {
        const cause = "observe() must depend on the state alone, and not on what `out` held before.";
        this.fail("pure-observe", {
          finding: `observed ${out[i]} and then ${again[i]} in the same state (element ${i})`,
          cause,
          ...place,
        });
      }
    }
    this.#checkInSpace(out, place);
    return out;
  }

  #checkInSpace(out: Float32Array, place: { seed: number; step: number }): void {
    const outside = findOutside(this.#rules.observation, out);
    if (!outside) return;
    const isBox = outside.includes("outside box");
    const cause = isBox ? "widen the box or clamp in observe()." : "count the values again, or mind the start.";
    this.fail("in-space", { finding: `observed ${outside}`, cause, ...place });
  }

  #checkDraw(state: unknown, place: { seed: number; step: number }): void {
    if (!this.#rules.draw) return;
    const before = copyPlain(state);
    const drawing = recordDrawing(this.#rules, state);
    const mutated = findDifference(before, state);
    if (mutated)
      this.fail("pure-draw", {
        finding: `changed the state in draw() (${mutated})`,
        cause: "only call the canvas.",
        ...place,
      });
    const difference = findDifference(drawing, recordDrawing(this.#rules, state), "drawing");
    if (difference) {
      this.fail("pure-draw", {
        finding: `drew two pictures of the same state (${difference})`,
        cause: "draw() must depend on the state alone.",
        ...place,
      });
    }
    const broken = findNonFinite(drawing, "drawing");
    if (broken)
      this.fail("pure-draw", {
        finding: `drew with ${broken}`,
        cause: "coordinates and sizes are finite numbers.",
        ...place,
      });
  }

  #checkPlain(state: unknown, place: { seed: number; step: number }): void {
    const foreign = findForeign(state);
    if (!foreign) return;
    const cause =
      "a state is plain data, so that it can be copied, stored and sent: numbers, strings, arrays and objects of them.";
    this.fail("plain-state", { finding: `keeps more than data in its state: ${foreign}`, cause, ...place });
  }

  #noteChance(before: string, random: Random): void {
    this.drawsChance ||= before !== JSON.stringify(random.state());
  }

  checkEnds(played: readonly Episode[], patience: number): void {
    const { maxSteps } = this.#rules;
    const { seed } = played[0];
    if (maxSteps === undefined && !played.some(({ ended }) => ended)) {
      const finding = `did not end one of ${played.length} episodes within ${patience} steps`;
      this.fail("ends", { finding, cause: "return terminated: true where the task is over, or set maxSteps.", seed });
    }
    if (played.every(({ length, ended }) => ended && length === 1)) {
      const finding = "ended every episode in its first step";
      this.fail("lasts", {
        finding,
        cause: 'look at the condition for terminated; for a one-step task pass except: ["lasts"].',
        seed,
        step: 1,
      });
    }
    if (maxSteps === undefined || maxSteps === 1) return;
    const last = played.filter(({ length }) => length === maxSteps);
    if (last.length >= 3 && last.every(({ terminated }) => terminated)) {
      const finding = `terminated all ${last.length} episodes that reached its time limit of ${maxSteps} steps, in that very step`;
      const cause =
        "running out of time is no end of the task: leave it to maxSteps, which truncates, so that values are learned rightly.";
      this.fail("time-limit", { finding, cause, seed: last[0].seed, step: maxSteps });
    }
  }

  /** The same actions under eight seeds must not give eight equal episodes, unless chance decides nothing. */
  checkSeeds(seed: number): void {
    if (isCertain(this.#rules)) return;
    const plan = { limit: this.#rules.maxSteps ?? THOROUGH_STEPS, style: 0, actionSeed: seed };
    const first = this.playEpisode(seed, plan).trace;
    for (let index = 1; index < MANY_SEEDS; index++) if (this.playEpisode(seed + index, plan).trace !== first) return;
    this.fail("seeds", {
      finding: `played the same episode with the same actions under ${MANY_SEEDS} seeds, though it draws from its stream`,
      cause: "use what `random` gives; a generator of one's own with a fixed seed makes every episode the same.",
      seed,
    });
  }

  /** From the middle of an episode: what follows a snapshot follows again after it is restored, here and in another instance. */
  checkSnapshot(seed: number): void {
    const environment = make(this.#rules, this.#rules.maxSteps === undefined ? { maxSteps: 1000 } : {});
    const actions = actionsOf(this.#rules.action, { style: 0, seed });
    environment.reset({ seed });
    for (let step = 0; step < 5; step++) {
      const { terminated, truncated } = environment.step(actions());
      if (terminated || truncated) environment.reset();
    }
    const snapshot = JSON.stringify(environment.snapshot());
    const tape = Array.from({ length: 50 }, actions);
    const play = (target: typeof environment): string[] =>
      tape.map((action) => {
        const { observation, reward, terminated, truncated } = target.step(action);
        const line = [...observation, reward, terminated, truncated].join();
        return terminated || truncated ? `${line} | ${target.reset().observation.join()}` : line;
      });
    const original = play(environment);
    const other = make(environment.definition);
    for (const target of [environment, other]) {
      target.restore(JSON.parse(snapshot));
      const repeated = play(target);
      const step = original.findIndex((line, index) => line !== repeated[index]);
      if (step < 0) continue;
      const finding = `went on differently after a snapshot was restored from JSON (${original[step]} became ${repeated[step]})`;
      const cause = "all that the rules need must lie in the state, as plain JSON, and in the stream.";
      this.fail("snapshot", { finding, cause, seed, step: step + 6 });
    }
  }
}

/** A table in which every outcome is certain: chance is drawn, as Gymnasium does, but decides nothing. */
function isCertain({ table }: EnvironmentDefinition): boolean {
  if (!table) return false;
  const { rows, initial } = table();
  return initial.every((p) => p === 0 || p === 1) && rows.flat().every((outcomes) => outcomes.length === 1);
}

function findNonFinite(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} = ${value}`;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = findNonFinite(part, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}

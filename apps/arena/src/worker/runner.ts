// Trains one agent at a given pace and reports on it. Knows neither the worker it runs in nor the page.
import type { Random } from "@agon/random";
import { type Agent, drive, type StepEvent, type TrainEvent } from "@agon/rl";
import type { Pace, Report, View } from "../protocol.ts";
import { Gate } from "./gate.ts";
import { Progress } from "./progress.ts";
import { Rehearsal } from "./rehearsal.ts";
import { thoughtOf, valueMapOf } from "./thoughts.ts";

export interface RunnerOptions {
  readonly agent: Agent;
  /** Total steps, or null for an endless run. */
  readonly budget: number | null;
  readonly pace: Pace;
  readonly view: View;
  readonly paused: boolean;
  /** Chance of the policy view; learning has its own. */
  readonly random: Random;
  /** Steps per second that count as real time in this environment. */
  readonly realTime: number;
  /** Backend and tier in force. */
  readonly arithmetic: string;
  readonly post: (report: Report, transfer: ArrayBufferLike[]) => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/** Flat out, the runner looks at commands and at the world this often, in milliseconds. */
const sliceMilliseconds = 8;
/** Reports go out at most this often; at a pace that eyes can follow every step is reported. */
const reportMilliseconds = 34;
const watchablePace = 60;
/** The value map of a small world goes out at most this often. */
const mapMilliseconds = 120;
/** Worlds with more states than this have no value map. */
const mapStates = 4096;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #agent: Agent;
  readonly #progress = new Progress();
  readonly #episode = new EpisodeSoFar();
  readonly #gate = new Gate();
  readonly #rehearsal: Rehearsal;
  /** Number of states if the world is small, else 0. */
  readonly #states: number;
  #pace: Pace;
  #view: View;
  #paused: boolean;
  /** Steps asked for one by one while paused. */
  #singleSteps = 0;
  /** Steps of one flat-out slice, adapted to the agent's speed. */
  #chunk = 1;
  /** Steps that the pace owes, and when it was last reckoned. */
  #due = 0;
  #paceTime = 0;
  #reportTime = Number.NEGATIVE_INFINITY;
  #mapTime = Number.NEGATIVE_INFINITY;

  constructor(options: RunnerOptions) {
    const { agent, pace, view, paused, random, realTime, now } = options;
    this.#options = options;
    this.#agent = agent;
    this.#pace = pace;
    this.#view = view;
    this.#paused = paused;
    const { observation } = agent.environment;
    this.#states = observation.kind === "discrete" && observation.n <= mapStates ? observation.n : 0;
    this.#rehearsal = new Rehearsal(agent, random, realTime, now());
    this.#restartClocks();
  }

  /** Trains until the budget is spent, an error stops it, or for ever. */
  async run(): Promise<void> {
    try {
      await drive(this.#events(), { sliceMilliseconds, onEvent: (event) => this.#record(event) });
      this.#report("finished");
      const { post, arithmetic } = this.#options;
      post({ type: "finished", curveHash: await this.#agent.curveHash(), arithmetic }, []);
    } catch (error) {
      this.#options.post(failure(error), []);
    }
  }

  pause(): void {
    this.#paused = true;
    this.#gate.open();
  }

  resume(): void {
    this.#paused = false;
    this.#restartClocks();
    this.#gate.open();
  }

  /** Takes one environment step and stays paused. */
  step(): void {
    this.#paused = true;
    this.#singleSteps++;
    this.#gate.open();
  }

  setPace(pace: Pace): void {
    this.#pace = pace;
    this.#restartClocks();
    this.#gate.open();
  }

  setOption(key: string, value: unknown): void {
    this.#agent.setOption?.(key, value);
  }

  setView(view: View): void {
    this.#view = view;
    if (this.#paused) this.#report("paused");
  }

  async *#events(): AsyncGenerator<TrainEvent, void, void> {
    while (this.#remaining() > 0) {
      if (this.#singleSteps > 0) {
        this.#singleSteps--;
        yield* this.#agent.train({ steps: 1, every: "step" });
      } else if (this.#paused) {
        this.#report("paused");
        await this.#gate.wait();
      } else if (this.#pace === null) {
        yield* this.#flatOut();
      } else {
        yield* this.#paced(this.#pace);
      }
    }
  }

  #remaining(): number {
    const { budget } = this.#options;
    return budget === null ? Number.POSITIVE_INFINITY : budget - this.#agent.steps;
  }

  /** One slice at full speed; its last step is looked at, so that every slice yields an event and has a state to show. */
  async *#flatOut(): AsyncGenerator<TrainEvent, void, void> {
    const { now } = this.#options;
    const steps = Math.min(this.#chunk, this.#remaining() - 1);
    if (steps > 0) {
      const start = now();
      this.#episode.lose();
      yield* this.#agent.train({ steps, every: "update" });
      const stretch = sliceMilliseconds / Math.max(0.1, now() - start);
      this.#chunk = Math.max(1, Math.round(this.#chunk * Math.min(2, Math.max(0.5, stretch))));
    }
    yield* this.#agent.train({ steps: 1, every: "step" });
    this.#reportWhenDue(reportMilliseconds);
  }

  /** Takes the steps that are due by the clock; where training is slower than the pace, it simply goes as fast as it can. */
  async *#paced(pace: number): AsyncGenerator<TrainEvent, void, void> {
    const { now } = this.#options;
    const time = now();
    this.#due = Math.min(this.#due + ((time - this.#paceTime) * pace) / 1000, Math.max(1, pace / 20));
    this.#paceTime = time;
    if (this.#due < 1) {
      await this.#gate.wait(Math.min(100, Math.ceil(((1 - this.#due) * 1000) / pace)));
      if (this.#view === "policy") this.#reportWhenDue(reportMilliseconds);
      return;
    }
    const steps = Math.min(Math.floor(this.#due), this.#remaining());
    this.#due -= steps;
    yield* this.#agent.train({ steps, every: "step" });
    this.#reportWhenDue(pace <= watchablePace ? 0 : reportMilliseconds);
  }

  #record(event: TrainEvent): void {
    if (event.type === "step") this.#episode.add(event);
    else if (event.type === "episode") this.#progress.episode(event);
    else this.#progress.update(event);
  }

  #restartClocks(): void {
    const time = this.#options.now();
    this.#due = 1;
    this.#paceTime = time;
    this.#progress.restartClock(this.#agent.steps, time);
  }

  #reportWhenDue(milliseconds: number): void {
    if (this.#options.now() - this.#reportTime >= milliseconds) this.#report("running");
  }

  #report(status: "running" | "paused" | "finished"): void {
    const time = this.#options.now();
    this.#reportTime = time;
    const shown = this.#shown(time);
    const map = this.#valueMap(time, status !== "running");
    const returns = this.#progress.takeReturns();
    const losses = this.#progress.takeLosses();
    const transfer = [returns.buffer, losses.buffer];
    if (map !== null) transfer.push(map.actions.buffer, map.values.buffer);
    this.#options.post(
      {
        type: "progress",
        status,
        figures: this.#progress.figures(this.#agent.steps, time),
        state: shown.state,
        shown: shown.known ? { return: shown.return, length: shown.length } : null,
        thought: shown.observation === null ? null : thoughtOf(this.#agent, shown.observation),
        map,
        returns,
        losses,
      },
      transfer,
    );
  }

  /** Before the learner's first step there is only the rehearsal's start to show. */
  #shown(time: number): Rehearsal | EpisodeSoFar {
    if (this.#view === "policy" && !this.#paused) this.#rehearsal.advance(time);
    return this.#view === "policy" || this.#episode.observation === null ? this.#rehearsal : this.#episode;
  }

  #valueMap(time: number, now: boolean): ReturnType<typeof valueMapOf> {
    if (this.#states === 0 || (!now && time - this.#mapTime < mapMilliseconds)) return null;
    this.#mapTime = time;
    return valueMapOf(this.#agent, this.#states);
  }
}

/** The learner's own episode, as far as its steps were seen. */
class EpisodeSoFar {
  state: unknown;
  observation: Float32Array | null = null;
  return = 0;
  length = 0;
  /** Whether every step since the episode's start was seen. */
  known = true;
  #ended = true;

  add({ state, observation, reward, terminated, truncated }: StepEvent): void {
    if (this.#ended) {
      this.return = 0;
      this.length = 0;
      this.known = true;
    }
    this.state = state;
    this.observation ??= new Float32Array(observation.length);
    this.observation.set(observation);
    this.return += reward;
    this.length++;
    this.#ended = terminated || truncated;
  }

  /** Steps will pass unseen. */
  lose(): void {
    this.known = false;
    this.#ended = false;
  }
}

function failure(error: unknown): Report {
  const named = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", diverged: named.name === "NonFiniteError", message: named.message };
}

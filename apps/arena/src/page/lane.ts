// One lane as the page knows it: a training worker, what it last told, and the curves so far.
import type { EnvironmentDefinition } from "@agon/env";
import { type Accessor, batch, createSignal } from "solid-js";
import { resolveEnvironment } from "../catalogue.ts";
import {
  type Command,
  type Figures,
  lossColumns,
  type Pace,
  type Report,
  returnColumns,
  type RunSpecification,
  type RunStatus,
  type Thought,
  type ValueMap,
  type View,
} from "../protocol.ts";
import { Series } from "../series.ts";

/** Points of a curve that the page keeps. */
const curvePoints = 1200;
/** Figures are written to the page at most this often, in milliseconds: faster nobody reads. */
const figuresMilliseconds = 100;

/** What the stage draws; replaced by every report. */
export interface Picture {
  readonly environment: EnvironmentDefinition;
  readonly state: unknown;
  readonly map: ValueMap | null;
  readonly thought: Thought | null;
  readonly shown: { readonly return: number; readonly length: number } | null;
}

export interface Failure {
  readonly diverged: boolean;
  readonly message: string;
}

/** What a finished run leaves. */
export interface Result {
  readonly curveHash: string;
  readonly arithmetic: string;
}

/** How a run is to be watched from its first step. */
export interface Watching {
  readonly pace: Pace;
  readonly view: View;
  readonly paused: boolean;
}

export const noFigures: Figures = {
  steps: 0,
  episodes: 0,
  stepsPerSecond: 0,
  lastReturn: Number.NaN,
  mean20: Number.NaN,
  mean100: Number.NaN,
  named: {},
};

export class Lane {
  readonly index: number;
  /** Rows of (step, return, mean of 20, mean of 100). */
  readonly returns: Series = new Series(returnColumns, curvePoints);
  /** Rows of (step, loss). */
  readonly losses: Series = new Series(lossColumns, curvePoints);
  readonly #status = createSignal<RunStatus>("starting");
  readonly #figures = createSignal<Figures>(noFigures);
  readonly #picture = createSignal<Picture | null>(null);
  readonly #failure = createSignal<Failure | null>(null);
  readonly #result = createSignal<Result | null>(null);
  readonly #curveVersion = createSignal(0);
  readonly status: Accessor<RunStatus> = this.#status[0];
  readonly figures: Accessor<Figures> = this.#figures[0];
  readonly picture: Accessor<Picture | null> = this.#picture[0];
  readonly failure: Accessor<Failure | null> = this.#failure[0];
  readonly result: Accessor<Result | null> = this.#result[0];
  /** Counts what the curves gained, for the charts to follow. */
  readonly curveVersion: Accessor<number> = this.#curveVersion[0];
  #worker: Worker | null = null;
  #environment: EnvironmentDefinition | null = null;
  #map: ValueMap | null = null;
  #figuresTime = 0;

  constructor(index: number) {
    this.index = index;
  }

  /** Ends the run there is and starts another, in a fresh worker. */
  start(specification: RunSpecification, watching: Watching): void {
    this.stop();
    this.#environment = resolveEnvironment(specification.environment, specification.arguments);
    const worker = new Worker(new URL("../worker/trainer.ts", import.meta.url), {
      type: "module",
      name: `lane ${this.index + 1}`,
    });
    worker.onmessage = ({ data }: MessageEvent<Report>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail({ diverged: false, message: event.message || "The training worker could not be started." });
    };
    this.#worker = worker;
    this.#send({ type: "start", specification, ...watching });
  }

  /** Ends the run and forgets it. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#map = null;
    this.#figuresTime = 0;
    this.returns.clear();
    this.losses.clear();
    batch(() => {
      this.#status[1]("starting");
      this.#figures[1](noFigures);
      this.#picture[1](null);
      this.#failure[1](null);
      this.#result[1](null);
      this.#curveVersion[1](this.curveVersion() + 1);
    });
  }

  pause(): void {
    this.#send({ type: "pause" });
  }

  resume(): void {
    this.#send({ type: "resume" });
  }

  step(): void {
    this.#send({ type: "step" });
  }

  setPace(pace: Pace): void {
    this.#send({ type: "pace", pace });
  }

  setView(view: View): void {
    this.#send({ type: "view", view });
  }

  setOption(key: string, value: unknown): void {
    this.#send({ type: "option", key, value });
  }

  #send(command: Command): void {
    this.#worker?.postMessage(command);
  }

  #receive(report: Report): void {
    if (report.type === "progress") this.#progress(report);
    else if (report.type === "finished") this.#result[1](report);
    else this.#fail(report);
  }

  #progress(report: Extract<Report, { type: "progress" }>): void {
    const { returns, losses, figures, status, state, map, thought, shown } = report;
    for (let row = 0; row < returns.length; row += returnColumns) this.returns.push(returns, row);
    for (let row = 0; row < losses.length; row += lossColumns) this.losses.push(losses, row);
    this.#map = map ?? this.#map;
    const environment = this.#environment;
    batch(() => {
      const time = performance.now();
      if (time - this.#figuresTime >= figuresMilliseconds || status !== "running" || status !== this.status()) {
        this.#figuresTime = time;
        this.#figures[1](figures);
      }
      this.#status[1](status);
      if (environment !== null && state !== undefined) {
        this.#picture[1]({ environment, state, map: this.#map, thought, shown });
      }
      if (returns.length + losses.length > 0) this.#curveVersion[1](this.curveVersion() + 1);
    });
  }

  #fail({ diverged, message }: Failure): void {
    this.#worker?.terminate();
    this.#worker = null;
    batch(() => {
      this.#failure[1]({ diverged, message });
      this.#status[1]("failed");
    });
  }
}

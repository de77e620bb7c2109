// The state of the page: the set-up, its lanes, and what the controls do to them.
import { type Accessor, batch, createMemo, createSignal } from "solid-js";
import type { RunStatus, View } from "../protocol.ts";
import { fittingAlgorithm, resolveAlgorithm, resolveEnvironment, titleOf } from "../catalogue.ts";
import type { Values } from "./fields.ts";
import { Lane } from "./lane.ts";
import { type LaneSetup, paceOf, readSetup, type Setup, type SpeedName, specificationOf, writeSetup } from "./setup.ts";

export class Arena {
  readonly lanes: readonly Lane[] = [new Lane(0), new Lane(1)];
  readonly #setup = createSignal<Setup>(readSetup(new URLSearchParams()).setup);
  readonly #paused = createSignal(false);
  readonly #notice = createSignal("");
  readonly setup: Accessor<Setup> = this.#setup[0];
  /** What was asked for; the lanes' status tells what is. */
  readonly paused: Accessor<boolean> = this.#paused[0];
  /** One line for the user, told once. */
  readonly notice: Accessor<string> = this.#notice[0];
  /** Whose play is shown: flat out nobody can follow the learner, so its policy is shown unless something else was chosen. */
  readonly view: Accessor<View> = () => this.setup().view ?? (this.setup().speed === "max" ? "policy" : "training");
  readonly laneCount: Accessor<number> = createMemo(() => this.setup().lanes.length);
  /** No lane has anything left to do. */
  readonly ended: Accessor<boolean> = createMemo(() => this.#active().every((lane) => isOver(lane.status())));

  /** Sets up what a query asks for, and starts. */
  open(query: URLSearchParams): void {
    const { setup, problems } = readSetup(query);
    this.#notice[1](problems.join(" "));
    this.#replace(setup);
  }

  togglePause(): void {
    if (this.ended()) this.reset();
    else if (this.paused()) this.#each("resume", false);
    else this.#each("pause", true);
  }

  step(): void {
    if (!this.ended()) this.#each("step", true);
  }

  /** Starts every lane anew from its seed; a set-up that had ended goes on playing. */
  reset(): void {
    if (this.ended()) this.#paused[1](false);
    this.#replace(this.setup());
  }

  setSpeed(speed: SpeedName): void {
    const view = this.view();
    this.#setup[1]({ ...this.setup(), speed });
    for (const lane of this.#active()) lane.setPace(paceOf(this.setup()));
    if (this.view() !== view) this.#tellView();
    this.#writeAddress();
  }

  setView(view: View): void {
    this.#setup[1]({ ...this.setup(), view });
    this.#tellView();
    this.#writeAddress();
  }

  setSeed(seed: number): void {
    this.#replace({ ...this.setup(), seed });
  }

  /** Changes the environment; lanes whose algorithm does not fit it get one that does, with a word about it. */
  setEnvironment(environment: string, given: Values = {}): void {
    const definition = resolveEnvironment(environment, given);
    const notices: string[] = [];
    const lanes = this.setup().lanes.map((lane): LaneSetup => {
      const algorithm = fittingAlgorithm(definition, lane.algorithm);
      if (algorithm === lane.algorithm) return lane;
      const [before, after] = [resolveAlgorithm(lane.algorithm), resolveAlgorithm(algorithm)];
      notices.push(`${before.title} does not play ${titleOf(environment)}; ${after.title} does.`);
      return { algorithm, options: {} };
    });
    this.#notice[1](notices.join(" "));
    this.#replace({ ...this.setup(), environment, arguments: given, lanes });
  }

  /** Changes the environment's arguments, and after how many steps runs end (null: never). Returns why the environment refuses, if so. */
  setWorld(given: Values, budget: number | null): string | null {
    try {
      resolveEnvironment(this.setup().environment, given);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.#notice[1]("");
    this.#replace({ ...this.setup(), arguments: given, budget });
    return null;
  }

  setAlgorithm(index: number, algorithm: string): void {
    this.#replaceLane(index, { algorithm, options: {} });
  }

  /** Replaces a lane's own options and starts it anew. */
  setOptions(index: number, options: Values): void {
    this.#replaceLane(index, { ...this.setup().lanes[index], options });
  }

  /** Changes an option that takes effect while training. */
  setLiveOption(index: number, key: string, value: unknown): void {
    const lanes = this.setup().lanes.map((lane, at) =>
      at === index ? { ...lane, options: { ...lane.options, [key]: value } } : lane,
    );
    this.#setup[1]({ ...this.setup(), lanes });
    this.lanes[index].setOption(key, value);
    this.#writeAddress();
  }

  /** Opens or closes the second lane; the first one goes on. */
  setLaneCount(count: 1 | 2): void {
    const { lanes, environment, arguments: given } = this.setup();
    if (count === lanes.length) return;
    if (count === 1) {
      this.lanes[1].stop();
      this.#setup[1]({ ...this.setup(), lanes: [lanes[0]] });
    } else {
      const rival = rivalOf(lanes[0].algorithm, resolveEnvironment(environment, given));
      this.#setup[1]({ ...this.setup(), lanes: [lanes[0], { algorithm: rival, options: {} }] });
      this.#start(1);
    }
    this.#writeAddress();
  }

  #active(): readonly Lane[] {
    return this.lanes.slice(0, this.laneCount());
  }

  #each(command: "pause" | "resume" | "step", paused: boolean): void {
    this.#paused[1](paused);
    for (const lane of this.#active()) lane[command]();
  }

  #tellView(): void {
    for (const lane of this.#active()) lane.setView(this.view());
  }

  #replace(setup: Setup): void {
    batch(() => {
      this.#setup[1](setup);
      setup.lanes.forEach((_, index) => {
        this.#start(index);
      });
    });
    this.#writeAddress();
  }

  #replaceLane(index: number, replacement: LaneSetup): void {
    const lanes = this.setup().lanes.map((lane, at) => (at === index ? replacement : lane));
    this.#setup[1]({ ...this.setup(), lanes });
    this.#start(index);
    this.#writeAddress();
  }

  #start(index: number): void {
    const setup = this.setup();
    const watching = { pace: paceOf(setup), view: this.view(), paused: this.paused() };
    this.lanes[index].start(specificationOf(setup, setup.lanes[index]), watching);
  }

  #writeAddress(): void {
    history.replaceState(null, "", `?${writeSetup(this.setup())}`);
  }
}

function isOver(status: RunStatus): boolean {
  return status === "finished" || status === "failed";
}

/** Another algorithm to race against; the same where no other fits. */
function rivalOf(algorithm: string, environment: ReturnType<typeof resolveEnvironment>): string {
  const wanted = algorithm === "a2c" ? "dqn" : algorithm === "q-learning" ? "sarsa" : "a2c";
  return fittingAlgorithm(environment, wanted, algorithm);
}

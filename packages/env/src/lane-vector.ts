// The vector environment: many lanes over shared arrays, restarted as the autoreset mode says.
import type { Random } from "@agon/random";
import type { AutoresetMode, EnvironmentDefinition, ResetOptions, Snapshot, VectorEnvironment } from "./environment.ts";
import { NonFiniteError } from "./errors.ts";
import { type LaneOutcome, type Lanes, openLanes } from "./lanes.ts";
import { checkRequest } from "./reset-request.ts";
import { show } from "./show.ts";
import { checkSeed, defaultSeed, seededStream } from "./seeding.ts";
import type { ActionSpace, Space } from "./spaces.ts";

export class LaneVector implements VectorEnvironment {
  readonly definition: EnvironmentDefinition;
  readonly count: number;
  readonly singleObservationSpace: Space;
  readonly singleActionSpace: ActionSpace;
  readonly autoreset: AutoresetMode;
  readonly observations: Float32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly finalObservations: Float32Array;
  readonly episodeReturns: Float64Array;
  readonly episodeLengths: Int32Array;
  readonly started: Uint8Array;
  readonly #lanes: Lanes;
  readonly #size: number;
  readonly #limit: number;
  /** Of the running episodes. */
  readonly #returns: Float64Array;
  readonly #lengths: Int32Array;
  /** Lanes whose episode is over and that were not restarted yet, ascending; the first #endedCount count. */
  readonly #ended: Int32Array;
  #endedCount = 0;
  #startedCount = 0;
  #randoms: Random[] = [];
  #ready = false;
  #closed = false;

  constructor(
    definition: EnvironmentDefinition,
    count: number,
    { autoreset, lanes }: { autoreset: AutoresetMode; lanes?: Lanes },
  ) {
    this.definition = definition;
    this.count = count;
    this.singleObservationSpace = definition.observation;
    this.singleActionSpace = definition.action;
    this.autoreset = autoreset;
    this.#size = definition.observation.size;
    this.#limit = definition.maxSteps ?? Infinity;
    this.#lanes = lanes ?? openLanes(definition, count);
    this.observations = new Float32Array(count * this.#size);
    this.finalObservations = new Float32Array(count * this.#size);
    this.rewards = new Float64Array(count);
    this.terminated = new Uint8Array(count);
    this.truncated = new Uint8Array(count);
    this.episodeReturns = new Float64Array(count);
    this.episodeLengths = new Int32Array(count);
    this.started = new Uint8Array(count);
    this.#returns = new Float64Array(count);
    this.#lengths = new Int32Array(count);
    this.#ended = new Int32Array(count);
  }

  reset(request: { seed?: number; mask?: ArrayLike<number>; options?: ResetOptions } = {}): Float32Array {
    checkRequest(this.definition.id, request, ["seed", "mask", "options"]);
    const { seed, mask, options } = request;
    if (this.#closed) throw new Error(`${this.definition.id}: reset after close(); make a new vector environment.`);
    if (mask && mask.length !== this.count) {
      throw new RangeError(`${this.definition.id}: the reset mask has ${mask.length} flags for ${this.count} lanes.`);
    }
    if (mask && !this.#ready)
      throw new Error(`${this.definition.id}: the first reset must be of all lanes; leave the mask out.`);
    if (seed !== undefined || this.#randoms.length === 0) this.#seed(seed ?? defaultSeed, mask);
    this.rewards.fill(0);
    this.started.fill(0);
    this.#startedCount = 0;
    for (let lane = 0; lane < this.count; lane++) {
      if (mask && mask[lane] === 0) continue;
      this.#start(lane, options);
      this.terminated[lane] = 0;
      this.truncated[lane] = 0;
    }
    this.#collectEnded();
    this.#ready = true;
    this.#checkObservations(this.observations);
    return this.observations;
  }

  step(actions: Int32Array | Float32Array): void {
    this.#checkStep(actions);
    const outcome: LaneOutcome = {
      actions,
      rewards: this.rewards,
      terminated: this.terminated,
      truncated: this.truncated,
    };
    if (this.#startedCount > 0) this.started.fill(0);
    this.#startedCount = this.#endedCount;
    let first = 0;
    for (let k = 0; k < this.#endedCount; k++) {
      const lane = this.#ended[k];
      if (lane > first) this.#lanes.step(outcome, this.#randoms, first, lane);
      this.#begin(lane);
      first = lane + 1;
    }
    if (first < this.count) this.#lanes.step(outcome, this.#randoms, first, this.count);
    this.#lanes.observe(this.observations, 0, this.count);
    this.#account();
    if (this.autoreset === "same-step") this.#restartEnded();
  }

  state(lane: number): unknown {
    if (!(lane >= 0 && lane < this.count))
      throw new RangeError(`${this.definition.id}: no lane ${lane} of ${this.count}.`);
    return this.#lanes.read(lane);
  }

  snapshot(): readonly Snapshot[] {
    if (!this.#ready) throw new Error(`${this.definition.id}: snapshot before the first reset(); there is no state.`);
    // With "same-step" the flags speak of the episode before: the one that goes on has not ended.
    const over = this.autoreset !== "same-step";
    return this.#randoms.map((random, lane) => ({
      state: this.#lanes.read(lane),
      random: random.state(),
      steps: this.#lengths[lane],
      episodeReturn: this.#returns[lane],
      terminated: over && this.terminated[lane] === 1,
      truncated: over && this.truncated[lane] === 1,
    }));
  }

  restore(snapshots: readonly Snapshot[]): void {
    if (snapshots.length !== this.count) {
      throw new RangeError(`${this.definition.id}: ${snapshots.length} snapshots for ${this.count} lanes.`);
    }
    if (this.#randoms.length === 0) this.#seed(defaultSeed);
    for (const [lane, snapshot] of snapshots.entries()) {
      this.#lanes.write(lane, snapshot.state);
      this.#randoms[lane].restore(snapshot.random);
      this.#lengths[lane] = snapshot.steps;
      this.#returns[lane] = snapshot.episodeReturn;
      this.terminated[lane] = snapshot.terminated ? 1 : 0;
      this.truncated[lane] = snapshot.truncated ? 1 : 0;
    }
    this.rewards.fill(0);
    this.started.fill(0);
    this.#startedCount = 0;
    this.#collectEnded();
    this.#lanes.observe(this.observations, 0, this.count);
    this.#ready = true;
  }

  close(): void {
    this.#closed = true;
  }

  /** Lane i from seed + i, as Gymnasium does. */
  #seed(seed: number, mask?: ArrayLike<number>): void {
    checkSeed(seed);
    this.#randoms = Array.from({ length: this.count }, (_, lane) =>
      mask && mask[lane] === 0 ? this.#randoms[lane] : seededStream(seed + lane),
    );
  }

  #start(lane: number, options?: ResetOptions): void {
    this.#lanes.reset(lane, this.#randoms[lane], options);
    this.#lengths[lane] = 0;
    this.#returns[lane] = 0;
    this.#lanes.observe(this.observations, lane, lane + 1);
  }

  /** "next-step": this step of the lane is the reset. The length of −1 becomes 0 in the account that follows. */
  #begin(lane: number): void {
    this.#lanes.reset(lane, this.#randoms[lane]);
    this.#lengths[lane] = -1;
    this.#returns[lane] = 0;
    this.rewards[lane] = 0;
    this.terminated[lane] = 0;
    this.truncated[lane] = 0;
    this.started[lane] = 1;
  }

  /** Lengths, returns, the time limit and the guard against NaN and infinity, in one pass over the lanes. */
  #account(): void {
    const { count, rewards, terminated, truncated } = this;
    const lengths = this.#lengths;
    const returns = this.#returns;
    const limit = this.#limit;
    let rewardSum = 0;
    let endedCount = 0;
    for (let lane = 0; lane < count; lane++) {
      const length = lengths[lane] + 1;
      lengths[lane] = length;
      const reward = rewards[lane];
      rewardSum += reward;
      returns[lane] += reward;
      if (length >= limit) truncated[lane] = 1;
      if ((terminated[lane] | truncated[lane]) !== 0) {
        this.#ended[endedCount++] = lane;
        this.episodeReturns[lane] = returns[lane];
        this.episodeLengths[lane] = length;
      }
    }
    this.#endedCount = endedCount;
    if (!Number.isFinite(rewardSum)) this.#checkRewards();
    this.#checkObservations(this.observations);
  }

  /** "same-step": keeps the last observations, then restarts their lanes at once. */
  #restartEnded(): void {
    const size = this.#size;
    for (let k = 0; k < this.#endedCount; k++) {
      const lane = this.#ended[k];
      for (let i = lane * size; i < (lane + 1) * size; i++) this.finalObservations[i] = this.observations[i];
      this.#start(lane);
    }
    if (this.#endedCount > 0) this.#checkObservations(this.observations);
    this.#endedCount = 0;
  }

  #collectEnded(): void {
    this.#endedCount = 0;
    for (let lane = 0; lane < this.count; lane++) {
      if ((this.terminated[lane] | this.truncated[lane]) !== 0) this.#ended[this.#endedCount++] = lane;
    }
  }

  #checkStep(actions: Int32Array | Float32Array): void {
    const { id } = this.definition;
    if (this.#closed) throw new Error(`${id}: step after close(); make a new vector environment.`);
    if (!this.#ready)
      throw new Error(`${id}: step before the first reset(); call reset({ seed }) to start the episodes.`);
    if (this.autoreset === "disabled" && this.#endedCount > 0) {
      const lanes = this.#ended.subarray(0, this.#endedCount).join(", ");
      throw new Error(
        `${id}: the episodes of lanes ${lanes} are over; call reset({ mask }) for them before the next step.`,
      );
    }
    const space = this.singleActionSpace;
    if (typeof actions !== "object" || actions === null || !("length" in actions))
      throw new TypeError(`${id}: expected an array with the actions of ${this.count} lanes; got ${show(actions)}.`);
    if (actions.length !== this.count * space.size) {
      throw new RangeError(`${id}: ${actions.length} action elements for ${this.count} lanes of ${space}.`);
    }
    if (space.kind === "discrete") this.#checkIndices(actions, space.start, space.n);
    else this.#checkVectors(actions, space.size);
  }

  /** Bounds are the environment's to clip, as in Gymnasium. */
  #checkVectors(actions: Int32Array | Float32Array, size: number): void {
    const at = actions.findIndex((element: number) => !Number.isFinite(element));
    if (at < 0) return;
    this.#refuseAction(Math.floor(at / size), actions[at]);
  }

  #checkIndices(actions: Int32Array | Float32Array, start: number, n: number): void {
    let outside = 0;
    if (actions instanceof Int32Array) {
      for (let lane = 0; lane < actions.length; lane++) if ((actions[lane] - start) >>> 0 >= n) outside++;
      if (outside === 0) return;
    }
    const space = this.singleActionSpace;
    const lane = actions.findIndex((action: number) => !space.contains(action));
    if (lane >= 0 && !Number.isFinite(actions[lane])) this.#refuseAction(lane, actions[lane]);
    if (lane >= 0)
      throw new RangeError(`${this.definition.id}: action ${actions[lane]} of lane ${lane} does not fit ${space}.`);
    throw new TypeError(`${this.definition.id}: actions in ${space} come as an Int32Array, one index per lane.`);
  }

  #refuseAction(lane: number, value: number): never {
    const step = this.#lengths[lane] + 1;
    throw new NonFiniteError({ environment: this.definition.id, step, lane, what: "action", value });
  }

  #checkRewards(): void {
    const lane = this.rewards.findIndex((reward) => !Number.isFinite(reward));
    if (lane < 0) return; // a sum of large finite rewards
    const fault = { environment: this.definition.id, step: this.#lengths[lane], lane };
    throw new NonFiniteError({ ...fault, what: "reward", value: this.rewards[lane] });
  }

  /** The sum of all elements is finite exactly if each one is: float32 elements cannot overflow a float64 sum. */
  #checkObservations(observations: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < observations.length; i++) sum += observations[i];
    if (Number.isFinite(sum)) return;
    const at = observations.findIndex((element) => !Number.isFinite(element));
    const lane = Math.floor(at / this.#size);
    const fault = { environment: this.definition.id, step: Math.max(0, this.#lengths[lane]), lane };
    throw new NonFiniteError({ ...fault, what: "observation", value: observations[at] });
  }
}

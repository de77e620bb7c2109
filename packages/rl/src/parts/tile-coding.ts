// Tile coding (Sutton & Barto 2018, §9.5.4): a box laid out with several grids, each shifted by a part of a tile; an observation is the tile it lies in
// of each. Grids k = 0, 1, … are shifted along element i by (k·(2i + 1) mod tilings)/tilings tiles: the odd displacements that the book recommends.
// Without the book's hashing: every tile has a place of its own. What is no box is one grid with a tile for every state.
import type { EnvironmentDefinition } from "@agon/env";
import { OptionError } from "./options.ts";
import { expectPerElement, needsStates, spanOf, StateIndex } from "./state-index.ts";

export interface TilingOptions {
  readonly tilings: number;
  readonly tiles: readonly number[];
  readonly reach: number;
}

/** More tiles than this are too many. */
const TILES = 2 ** 22;

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly tiles: number;
  /** Of each grid. [tilings] */
  readonly shifts: Float64Array;
}

export class TileCoder {
  /** Of all grids together. */
  readonly size: number;
  /** Tiles that one observation lies in: one of each grid. */
  readonly active: number;
  private readonly axes: readonly Axis[];
  private readonly states: StateIndex | null;

  constructor(algorithm: string, environment: EnvironmentDefinition, options: TilingOptions) {
    const misfit = needsTiles(algorithm, environment, options);
    if (misfit !== null) throw new OptionError(misfit);
    const { observation } = environment;
    const { tilings, tiles, reach } = options;
    this.states = observation.kind === "box" ? null : new StateIndex(algorithm, environment, { bins: tiles, reach });
    this.axes = observation.kind === "box" ? axesOf(observation.low, observation.high, options) : [];
    this.active = this.states ? 1 : tilings;
    this.size = this.states
      ? this.states.states
      : tileCount(
          this.axes.map((axis) => axis.tiles),
          tilings,
        );
  }

  /** Writes the tiles that an observation lies in, one of each grid. out: [active] */
  write(observation: ArrayLike<number>, out: Int32Array): void {
    if (this.states) {
      out[0] = this.states.of(observation);
      return;
    }
    for (let k = 0; k < this.active; k++) {
      let index = k;
      for (let i = 0; i < this.axes.length; i++) {
        const { low, high, tiles, shifts } = this.axes[i];
        const share = high > low ? (Math.min(Math.max(observation[i], low), high) - low) / (high - low) : 0;
        index = index * (tiles + 1) + Math.floor(share * tiles + shifts[k]);
      }
      out[k] = index;
    }
  }
}

/** Null where the tiles are not too many, else the reason. */
export const needsTiles = (
  algorithm: string,
  environment: EnvironmentDefinition,
  { tilings, tiles, reach }: TilingOptions,
): string | null => {
  const { id, observation } = environment;
  if (observation.kind !== "box") return needsStates(algorithm, environment, { bins: tiles, reach });
  expectPerElement(algorithm, environment, "tiles", tiles);
  const counts = Array.from({ length: observation.size }, (_, i) => tiles[tiles.length === 1 ? 0 : i]);
  if (tileCount(counts, tilings) <= TILES) return null;
  return `${algorithm} lays tiles over observations; the ${observation.size} elements of ${id} take more than ${TILES}: fewer tiles or tilings are needed.`;
};

/** A shifted grid has one tile more along each axis. */
const tileCount = (counts: readonly number[], tilings: number): number =>
  counts.reduce((product, tiles) => product * (tiles + 1), tilings);

const axesOf = (low: ArrayLike<number>, high: ArrayLike<number>, { tilings, tiles, reach }: TilingOptions): Axis[] =>
  Array.from({ length: low.length }, (_, i) => {
    const [from, to] = spanOf(low[i], high[i], reach);
    return {
      low: from,
      high: to,
      tiles: tiles[tiles.length === 1 ? 0 : i],
      shifts: Float64Array.from({ length: tilings }, (_, k) => ((k * (2 * i + 1)) % tilings) / tilings),
    };
  });

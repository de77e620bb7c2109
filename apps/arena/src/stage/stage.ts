// The stage of one lane: a Pixi surface that draws the environment's shapes when there is something new, and rests otherwise.
import "pixi.js/unsafe-eval";
import type { EnvironmentDefinition } from "@agon/env";
import { type Renderer, autoDetectRenderer } from "pixi.js";
import type { ValueMap } from "../protocol.ts";
import { type Board, boardOf, paintValues } from "./board.ts";
import { type Palette, paletteAt } from "./palette.ts";
import { PixiCanvas } from "./pixi-canvas.ts";

/** What a stage shows. */
export interface Scene {
  readonly environment: EnvironmentDefinition;
  readonly state: unknown;
  readonly map: ValueMap | null;
}

export class Stage {
  readonly #host: HTMLElement;
  readonly #renderer: Renderer;
  readonly #canvas: PixiCanvas;
  #palette: Palette;
  #scene: Scene | null = null;
  #board: Board | null = null;
  #boardOf: EnvironmentDefinition | null = null;

  /** Opens a stage that fills `host`; rejects where the browser has no WebGL. */
  static async open(host: HTMLElement): Promise<Stage> {
    const renderer = await autoDetectRenderer({
      preference: "webgl",
      antialias: true,
      autoDensity: true,
      backgroundAlpha: 0,
      resolution: Math.min(2, window.devicePixelRatio),
      width: Math.max(1, host.clientWidth),
      height: Math.max(1, host.clientHeight),
    });
    return new Stage(host, renderer);
  }

  private constructor(host: HTMLElement, renderer: Renderer) {
    this.#host = host;
    this.#renderer = renderer;
    this.#palette = paletteAt(host);
    this.#canvas = new PixiCanvas(this.#palette);
    this.#canvas.underAgent = () => this.#paintValues();
    host.append(renderer.canvas as HTMLCanvasElement);
    this.resize();
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.#draw();
  }

  clear(): void {
    this.#scene = null;
    this.#canvas.begin();
    this.#canvas.end();
    this.#renderer.render(this.#canvas.root);
  }

  /** Takes the theme's colours anew. */
  refreshPalette(): void {
    this.#palette = paletteAt(this.#host);
    this.#canvas.setPalette(this.#palette);
    this.#draw();
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#renderer.resize(clientWidth, clientHeight);
    this.#canvas.resize(clientWidth, clientHeight, Math.min(24, clientWidth * 0.04));
    this.#draw();
  }

  close(): void {
    (this.#renderer.canvas as HTMLCanvasElement).remove();
    this.#canvas.root.destroy({ children: true });
    this.#renderer.destroy();
  }

  #draw(): void {
    if (this.#scene === null) return;
    const { environment, state } = this.#scene;
    if (this.#boardOf !== environment) {
      this.#boardOf = environment;
      this.#board = boardOf(environment);
    }
    this.#canvas.begin();
    environment.draw?.(state, this.#canvas);
    this.#canvas.end();
    this.#renderer.render(this.#canvas.root);
  }

  #paintValues(): void {
    const map = this.#scene?.map;
    if (this.#board !== null && map != null) paintValues(this.#canvas, this.#board, map, this.#palette);
  }
}

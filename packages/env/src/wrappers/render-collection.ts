// Pictures of an episode, gathered while it runs.
import { type Drawing, recordDrawing } from "../drawing.ts";
import type { Environment } from "../environment.ts";
import { forward } from "./forward.ts";

export interface RenderCollectionOptions {
  /** Whether `render()` empties the collection. Default true. */
  readonly popFrames?: boolean;
  /** Whether a reset empties it. Default true. */
  readonly resetClean?: boolean;
}

/** What a collecting environment has beside its own members. */
export interface RenderCollecting {
  /** The pictures since the last call, oldest first: one at the reset, one after each step. */
  render(): readonly Drawing[];
}

/** A running environment that draws every state, for films. Pictures are plain data, drawn by any renderer. Gymnasium's RenderCollection. */
export function renderCollection(
  environment: Environment,
  { popFrames = true, resetClean = true }: RenderCollectionOptions = {},
): Environment & RenderCollecting {
  if (!environment.definition.draw) throw new TypeError(`renderCollection: ${environment.id} has no draw().`);
  let frames: Drawing[] = [];
  const collect = (): void => void frames.push(recordDrawing(environment.definition, environment.state));
  return forward(environment, {
    render() {
      const collected = frames;
      frames = popFrames ? [] : [...frames];
      return collected;
    },
    reset(request) {
      if (resetClean) frames = [];
      const start = environment.reset(request);
      collect();
      return start;
    },
    step(action) {
      const result = environment.step(action);
      collect();
      return result;
    },
    stepInto(action, out) {
      const reward = environment.stepInto(action, out);
      collect();
      return reward;
    },
  } satisfies Partial<Environment> & RenderCollecting);
}

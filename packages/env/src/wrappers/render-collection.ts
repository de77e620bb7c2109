// Pictures of an episode, gathered while it runs.
import { type Drawing, recordDrawing } from "../drawing.ts";
import type { Environment, VectorEnvironment } from "../environment.ts";
import { forward, forwardVector, isVector } from "./forward.ts";

export interface RenderCollectionOptions {
  /** Whether `render()` empties the collection. Default true. */
  readonly popFrames?: boolean;
  /** Whether a reset empties it. Default true. */
  readonly resetClean?: boolean;
}

/** What a collecting environment has beside its own members. */
export interface RenderCollecting<Picture = Drawing> {
  /** The pictures since the last call, oldest first: one at the reset, one after each step. Of vectors each is a list, a picture a lane. */
  render(): readonly Picture[];
}

/**
 * A running environment that draws every state, for films; of a vector of them every lane. Pictures are plain data, drawn by any renderer.
 * With "same-step" a lane whose episode ended shows its new one already. Gymnasium's RenderCollection.
 */
export function renderCollection(
  environment: Environment,
  options?: RenderCollectionOptions,
): Environment & RenderCollecting;
export function renderCollection(
  environment: VectorEnvironment,
  options?: RenderCollectionOptions,
): VectorEnvironment & RenderCollecting<readonly Drawing[]>;
export function renderCollection(
  environment: Environment | VectorEnvironment,
  { popFrames = true, resetClean = true }: RenderCollectionOptions = {},
): (Environment & RenderCollecting) | (VectorEnvironment & RenderCollecting<readonly Drawing[]>) {
  const { definition } = environment;
  if (!definition.draw) throw new TypeError(`renderCollection: ${definition.id} has no draw().`);
  const film = <Picture>(take: () => Picture) => new Film(take, popFrames, resetClean);
  return isVector(environment)
    ? collectVector(
        environment,
        film(() =>
          Array.from({ length: environment.count }, (_, lane) => recordDrawing(definition, environment.state(lane))),
        ),
      )
    : collectSingle(
        environment,
        film(() => recordDrawing(definition, environment.state)),
      );
}

function collectSingle(environment: Environment, film: Film<Drawing>): Environment & RenderCollecting {
  return forward(environment, {
    render: () => film.render(),
    reset: (request) => film.start(environment.reset(request)),
    step: (action) => film.after(environment.step(action)),
    stepInto: (action, out) => film.after(environment.stepInto(action, out)),
  } satisfies Partial<Environment> & RenderCollecting);
}

function collectVector(
  environment: VectorEnvironment,
  film: Film<readonly Drawing[]>,
): VectorEnvironment & RenderCollecting<readonly Drawing[]> {
  return forwardVector(environment, {
    render: () => film.render(),
    reset: (request) =>
      request?.mask ? film.after(environment.reset(request)) : film.start(environment.reset(request)),
    step: (actions) => film.after(environment.step(actions)),
  } satisfies Partial<VectorEnvironment> & RenderCollecting<readonly Drawing[]>);
}

/** Pictures, taken when an environment has moved. */
class Film<Picture> {
  private frames: Picture[] = [];
  private readonly take: () => Picture;
  private readonly popFrames: boolean;
  private readonly resetClean: boolean;

  constructor(take: () => Picture, popFrames: boolean, resetClean: boolean) {
    this.take = take;
    this.popFrames = popFrames;
    this.resetClean = resetClean;
  }

  /** After a reset that gave `result`. */
  start<Result>(result: Result): Result {
    if (this.resetClean) this.frames = [];
    return this.after(result);
  }

  after<Result>(result: Result): Result {
    this.frames.push(this.take());
    return result;
  }

  render(): readonly Picture[] {
    const collected = this.frames;
    this.frames = this.popFrames ? [] : [...collected];
    return collected;
  }
}

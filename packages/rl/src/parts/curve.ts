// The learning curve of an agent: recorded while it trains, hashed on request, saved with the agent.
import { type CurveParameters, type CurveRecorder, createCurveRecorder } from "@agon/runs";
import type { EpisodeEvent } from "../agent.ts";

export class Curve {
  private recorder: CurveRecorder | null = null;
  private saved: Uint8Array | undefined;

  /** Before anything is recorded. */
  async open(): Promise<CurveRecorder> {
    this.recorder ??= await createCurveRecorder(this.saved);
    return this.recorder;
  }

  episode({ step, return: episodeReturn, length }: EpisodeEvent): void {
    this.recorder?.episode(step, episodeReturn, length);
  }

  update(step: number, loss: number): void {
    this.recorder?.update(step, loss);
  }

  async hash(parameters: CurveParameters): Promise<string> {
    return (await this.open()).digest(parameters);
  }

  save(): Uint8Array {
    return this.recorder?.state() ?? this.saved ?? new Uint8Array(0);
  }

  load(state: Uint8Array): void {
    this.saved = state.length > 0 ? state : undefined;
    this.recorder = null;
  }
}

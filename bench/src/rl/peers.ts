// The training loops of the peers: measured by programs in the user's folder, else quoted.
import { join } from "node:path";
import { type ForeignPlan, jsonFrom } from "../foreign-peers.ts";

export interface PeerFigure {
  readonly library: string;
  /** Program in the folder of foreign peers, and its arguments. */
  readonly program: readonly string[];
  /** As it was measured once, for where it cannot be measured now. */
  readonly stepsPerSecond: number;
  readonly source: string;
  /** What it learned at these options. */
  readonly learned: string;
}

export interface MeasuredPeer {
  readonly library: string;
  readonly stepsPerSecond: number;
  /** Who was measured, with version; undefined: quoted. */
  readonly peer: string | undefined;
  /** Why it is only quoted. */
  readonly note: string | undefined;
}

interface Line {
  readonly peer: string;
  readonly metric: string;
  readonly value: number | null;
}

export const measurePeer = async (
  { library, program: [script, ...rest], stepsPerSecond }: PeerFigure,
  plan: ForeignPlan | undefined,
  signal: AbortSignal,
): Promise<MeasuredPeer> => {
  const quoted = (note: string | undefined): MeasuredPeer => ({ library, stepsPerSecond, peer: undefined, note });
  if (plan === undefined) return quoted(undefined);
  try {
    const lines = await jsonFrom<Line>(plan.python, [join(plan.folder, script), ...rest], signal);
    const line = lines.find(({ metric, value }) => metric === "steps_per_s" && value !== null);
    if (!line) return quoted(`${script} printed no steps_per_s`);
    return { library, stepsPerSecond: line.value as number, peer: line.peer, note: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return quoted(`${script}: ${(error as Error).message}`);
  }
};

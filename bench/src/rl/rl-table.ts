// The report on training loops as Markdown tables for people.
import { markdown } from "../table.ts";
import type { LoopPart } from "./loop-parts.ts";
import { type LoopReport, type LoopRow, secondsToSolve } from "./rl.ts";

const PARTS: readonly LoopPart[] = ["acting", "environment", "replay or returns", "update", "rest"];

export const loopTable = ({ machine, node, numerics, wideVectors, rows }: LoopReport): string => {
  const vectors = wideVectors ? "256-bit vectors" : "128-bit vectors";
  const solved = rows.filter((row) => row.solved.length > 0);
  return [
    `${machine}; Node ${node}; ${numerics} arithmetic; ${vectors}; env steps per second of processor time, median of rounds`,
    "",
    markdown([
      ["row", "loop", "peer", "agon", "min – max", "without 256 bits", "peer's", "times", "reach"],
      ...rows.map(speedLine),
    ]),
    ...(solved.length === 0
      ? []
      : ["", "CartPole-v1 until the mean return of the last 100 episodes of training is 475:", ""]),
    ...(solved.length === 0
      ? []
      : [
          markdown([
            ["row", "seconds", "steps", "median s", "reach s", "best mean of 100", "peer"],
            ...solved.map(solvedLine),
          ]),
        ]),
    "",
    "Where the time goes, by V8's sampling profiler:",
    "",
    markdown([["row", "loop", "algorithm", ...PARTS], ...rows.map(partsLine)]),
    ...remarks(rows),
  ].join("\n");
};

const speedLine = ({ work, speed, without256Bit, peer }: LoopRow): string[] => [
  work.name,
  work.title,
  peer === undefined ? "–" : `${peer.peer ?? peer.library}${peer.peer === undefined ? ", quoted" : ""}`,
  whole(speed.median),
  `${whole(speed.min)} – ${whole(speed.max)}`,
  without256Bit === undefined ? "–" : whole(without256Bit.median),
  peer === undefined ? "–" : whole(peer.stepsPerSecond),
  peer === undefined ? "–" : `${(speed.median / peer.stepsPerSecond).toFixed(1)}×`,
  work.reach === undefined ? "–" : `${work.reach}×`,
];

const solvedLine = (row: LoopRow): string[] => [
  row.work.name,
  row.solved.map(({ seconds }) => (seconds === null ? "never" : seconds.toFixed(2))).join(", "),
  row.solved.map(({ steps }) => (steps === null ? "–" : whole(steps))).join(", "),
  Number.isFinite(secondsToSolve(row)) ? secondsToSolve(row).toFixed(2) : "never",
  row.work.solveWithin === undefined ? "–" : String(row.work.solveWithin),
  row.solved.map(({ best }) => best.toFixed(0)).join(", "),
  row.work.peer?.learned ?? "–",
];

const partsLine = ({ work, parts }: LoopRow): string[] => [
  work.name,
  work.title,
  work.algorithm,
  ...PARTS.map((part) => `${(100 * parts[part]).toFixed(1)}%`),
];

const remarks = (rows: readonly LoopRow[]): string[] => {
  const differing = rows.flatMap(({ work }) =>
    work.differs === undefined ? [] : [`${work.name} has ${work.differs}.`],
  );
  const quoted = rows.flatMap(({ work, peer }) =>
    work.peer === undefined || peer?.peer !== undefined
      ? []
      : [
          `${work.name}: the peer's figure is of ${work.peer.source}${peer?.note === undefined ? "" : `; now: ${peer.note}`}.`,
        ],
  );
  return differing.length + quoted.length === 0 ? [] : ["", ...differing, ...quoted];
};

const whole = (value: number): string => String(Math.round(value));

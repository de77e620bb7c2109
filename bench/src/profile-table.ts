// Profiles as text for people.
import { alignedTable } from "@agon/runs";
import type { ProfiledPart, ProfileReport, WorkProfile } from "./profile.ts";

export const profileTable = (report: ProfileReport): string => {
  const { machine, node, numerics, vectorBits, peak, callMicroseconds, profiles, notes } = report;
  const head = `${machine}; Node ${node}; ${numerics} arithmetic, ${vectorBits}-bit vectors; one thread`;
  const limits = `peak ${peak.toFixed(0)} GFLOP/s; a step without any op takes ${callMicroseconds.toFixed(3)} µs`;
  return [head, limits, ...profiles.map((each) => `\n${one(each, report)}`), ...notes].join("\n");
};

const one = (profile: WorkProfile, { peak, callMicroseconds }: ProfileReport): string => {
  const { work, title, microseconds, parts, kinds, arithmeticMicroseconds, leftOverMicroseconds, arenaBytes } = profile;
  const inside = parts.reduce((sum, part) => sum + part.microseconds, 0);
  const share = (part: number): string => `${((100 * part) / inside).toFixed(1)}%`;
  const rates = (operations: number, bytes: number, taken: number): string[] =>
    [operations, bytes].map((amount) => (amount > 0 && taken > 0 ? (amount / taken / 1e3).toFixed(1) : ""));
  const byKind = [
    ["kind", "parts", "µs", "share", "GFLOP/s", "GB/s"],
    ...kinds.map(({ name, parts: count, microseconds: taken, operations, bytes }) => [
      name,
      String(count),
      taken.toFixed(2),
      share(taken),
      ...rates(operations, bytes, taken),
    ]),
  ];
  const [longest, rest] = [like(parts).slice(0, SHOWN), like(parts).slice(SHOWN)];
  const byPart = [
    ["part", "shapes", "times", "µs", "share", "GFLOP/s", "GB/s"],
    ...longest.map(({ name, shapes, count, taken, operations, bytes }) => [
      name,
      shapes,
      String(count),
      taken.toFixed(2),
      share(taken),
      ...rates(operations, bytes, taken),
    ]),
  ];
  const left = rest.reduce((sum, { taken }) => sum + taken, 0);
  return [
    `${work}: ${title}`,
    "",
    alignedTable(byKind),
    "",
    alignedTable(byPart, 2),
    ...(rest.length > 0 ? [`… and ${rest.length} more, ${share(left)}`] : []),
    "",
    `One run takes ${microseconds.toFixed(2)} µs: ${inside.toFixed(2)} in the ${parts.length} parts of the plan, ${(microseconds - inside).toFixed(2)} outside them (arguments, results, the call). Temporaries: ${(arenaBytes / 1e3).toFixed(1)} kB.`,
    `Its products take ${arithmeticMicroseconds.toFixed(2)} µs at the peak of ${peak.toFixed(0)} GFLOP/s, the call ${callMicroseconds.toFixed(2)}: left over ${leftOverMicroseconds.toFixed(2)} µs (${((100 * leftOverMicroseconds) / microseconds).toFixed(0)}%).`,
  ].join("\n");
};

/** Different parts that are listed. */
const SHOWN = 25;
/** Ops and shapes that are named before the rest is only counted. */
const NAMED = 5;

interface LikeParts {
  readonly name: string;
  readonly shapes: string;
  readonly count: number;
  readonly taken: number;
  readonly operations: number;
  readonly bytes: number;
}

/** Parts that do the same to the same shapes, together; the longest first. */
const like = (parts: readonly ProfiledPart[]): LikeParts[] => {
  const found = new Map<string, LikeParts>();
  for (const { kind, ops, inputs, outputs, microseconds, operations, bytesRead, bytesWritten } of parts) {
    const name = ops.length === 0 ? kind : `${some(ops)}${kind === "reference" ? " (reference)" : ""}`;
    const shapes = [inputs, outputs]
      .map((specs) => some(specs.map(({ shape }) => `[${shape.join(", ")}]`)))
      .join(" → ");
    const key = `${ops.join(" ")} ${shapes}`;
    const before = found.get(key);
    found.set(key, {
      name,
      shapes,
      count: (before?.count ?? 0) + 1,
      taken: (before?.taken ?? 0) + microseconds,
      operations: (before?.operations ?? 0) + operations,
      bytes: (before?.bytes ?? 0) + bytesRead + bytesWritten,
    });
  }
  return [...found.values()].toSorted((a, b) => b.taken - a.taken);
};

const some = (texts: readonly string[]): string =>
  [...texts.slice(0, NAMED), ...(texts.length > NAMED ? [`… ${texts.length}`] : [])].join(" ");

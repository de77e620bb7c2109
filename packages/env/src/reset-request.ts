// What a reset may be asked for.
import { show } from "./show.ts";

/** Refuses what would else be ignored in silence: `reset(7)`, `reset({ sede: 7 })`. */
export function checkRequest(id: string, request: unknown, known: readonly string[]): void {
  const isRecord = typeof request === "object" && request !== null && !Array.isArray(request);
  if (isRecord && Object.keys(request).every((key) => known.includes(key))) return;
  throw new TypeError(`${id}: reset takes { ${known.join(", ")} }, each if wanted; got ${show(request)}.`);
}

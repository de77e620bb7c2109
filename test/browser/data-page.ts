// A page that tries @agon/data.
import { type Served, type Tried, tryData } from "./data-program.ts";

declare global {
  var tryData: (origin: string, file: Served) => Promise<Tried>;
}

globalThis.tryData = tryData;

// What Dyna-Q learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { DynaQOptions } from "../algorithms/dyna-q.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<DynaQOptions> = {};

// Tuned options: data, a file for each algorithm that has any.

/** Options of an algorithm by environment id; those not named keep their defaults. */
export type Tuned<Options> = Readonly<Record<string, Options>>;

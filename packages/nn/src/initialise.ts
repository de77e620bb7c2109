// Where initial weights come from: a random stream in force while a network is built, and the usual distributions.
import { createRandom, type Random } from "@agon/random";

let current: Random = createRandom(0);

/** The stream that layers made now draw from. */
export const initialRandom = (): Random => current;

/** Builds a network with its initial weights drawn from `random`. Without it they come from one fixed stream, in order of construction. */
export const withRandom = <T>(random: Random, build: () => T): T => {
  const before = current;
  current = random;
  try {
    return build();
  } finally {
    current = before;
  }
};

/** `size` numbers uniform in [−bound, bound). */
export const uniform = (size: number, bound: number, random: Random = current): Float32Array => {
  const out = new Float32Array(size);
  random.fillUniform(out, -bound, bound);
  return out;
};

/** Uniform in ±√(6/(fanIn + fanOut)) (Glorot & Bengio 2010, eq. 16). */
export const xavierUniform = (fanIn: number, fanOut: number, random: Random = current): Float32Array =>
  uniform(fanIn * fanOut, Math.sqrt(6 / (fanIn + fanOut)), random);

/** Uniform in ±√(6/fanIn), for ReLU networks (He et al. 2015, eq. 10, as a uniform distribution of the same variance). */
export const heUniform = (fanIn: number, fanOut: number, random: Random = current): Float32Array =>
  uniform(fanIn * fanOut, Math.sqrt(6 / fanIn), random);

/**
 * An orthogonal matrix times `gain` (Saxe et al. 2014): rows (or columns, if there are fewer) are orthonormal. [rows, columns].
 * Gram–Schmidt, twice for accuracy, on normal vectors.
 */
export const orthogonal = (rows: number, columns: number, gain = 1, random: Random = current): Float32Array => {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += vector[i] * other[i];
        for (let i = 0; i < length; i++) vector[i] -= dot * other[i];
      }
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    basis.push(vector.map((x) => x / norm));
  }
  const at = (row: number, column: number): number => (rows <= columns ? basis[row][column] : basis[column][row]);
  return Float32Array.from({ length: rows * columns }, (_, i) => gain * at(Math.floor(i / columns), i % columns));
};

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

export interface InitialOptions {
  /** Factor of all values; default 1, and for He's √2, which makes up for what ReLU cuts off. */
  readonly gain?: number;
  /** Where the numbers come from; default the stream in force. */
  readonly random?: Random;
}

/** Initial weights of a shape: [outputs, inputs, …kernel], of which inputs·kernel arrive at each output: fanIn; fanOut = outputs·kernel. */
export type Initialiser = (shape: readonly number[], options?: InitialOptions) => Float32Array;

/** Variance gain²·2/(fanIn + fanOut), uniform (Glorot & Bengio 2010, eq. 16): for tanh and sigmoid. */
export const xavierUniform: Initialiser = (shape, { gain = 1, random = current } = {}) =>
  uniformly(shape, gain * deviation("xavierUniform", shape, "both"), random);

/** Variance gain²·2/(fanIn + fanOut), normal (Glorot & Bengio 2010): for tanh and sigmoid. */
export const xavierNormal: Initialiser = (shape, { gain = 1, random = current } = {}) =>
  normally(shape, gain * deviation("xavierNormal", shape, "both"), random);

/** Variance gain²/fanIn with gain √2, uniform (He et al. 2015, eq. 10): for ReLU. */
export const heUniform: Initialiser = (shape, { gain = Math.SQRT2, random = current } = {}) =>
  uniformly(shape, gain * deviation("heUniform", shape, "in"), random);

/** Variance gain²/fanIn with gain √2, normal (He et al. 2015, eq. 10): for ReLU. */
export const heNormal: Initialiser = (shape, { gain = Math.SQRT2, random = current } = {}) =>
  normally(shape, gain * deviation("heNormal", shape, "in"), random);

/** Variance gain²/fanIn, uniform (LeCun et al. 1998, sec. 4.6): for SELU and linear layers. */
export const lecunUniform: Initialiser = (shape, { gain = 1, random = current } = {}) =>
  uniformly(shape, gain * deviation("lecunUniform", shape, "in"), random);

/** Variance gain²/fanIn, normal (LeCun et al. 1998, sec. 4.6): for SELU and linear layers. */
export const lecunNormal: Initialiser = (shape, { gain = 1, random = current } = {}) =>
  normally(shape, gain * deviation("lecunNormal", shape, "in"), random);

/** 1/√fanIn, or √(2/(fanIn + fanOut)). */
const deviation = (name: string, shape: readonly number[], fan: "in" | "both"): number => {
  const [outputs, inputs] = matrixOf(name, shape);
  return fan === "in" ? 1 / Math.sqrt(inputs) : Math.sqrt(2 / (inputs + (outputs * inputs) / shape[1]));
};

/** Rows and columns: [outputs, inputs·kernel]. */
const matrixOf = (name: string, shape: readonly number[]): readonly [rows: number, columns: number] => {
  if (shape.length < 2)
    throw new RangeError(`${name}: shape is [${shape.join(", ")}]; expected [outputs, inputs, …kernel].`);
  return [shape[0], shape.slice(1).reduce((n, length) => n * length, 1)];
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);

/** A uniform distribution in ±b has the standard deviation b/√3. */
const uniformly = (shape: readonly number[], standardDeviation: number, random: Random): Float32Array =>
  uniform(sizeOf(shape), Math.sqrt(3) * standardDeviation, random);

const normally = (shape: readonly number[], standardDeviation: number, random: Random): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, () => random.normal(0, standardDeviation));

/**
 * An orthogonal matrix times `gain` (Saxe et al. 2014): rows of [outputs, inputs·kernel] (or columns, if there are fewer) are orthonormal.
 * Gram–Schmidt, twice for accuracy, on normal vectors.
 */
export const orthogonal: Initialiser = (shape, { gain = 1, random = current } = {}) => {
  const [rows, columns] = matrixOf("orthogonal", shape);
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

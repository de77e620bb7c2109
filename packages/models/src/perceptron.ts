// The perceptron (Rosenblatt 1958): a line that is moved wherever it is wrong.

/** +1 or −1: on which side of the line. */
export type Side = 1 | -1;

export interface PerceptronOptions {
  /** η, the size of a correction. Default 1. */
  readonly learningRate?: number;
  /** Passes over the points before it gives up. Default 1000. */
  readonly maxEpochs?: number;
}

/** How a training went. */
export interface PerceptronTraining {
  /** Whether a whole pass was free of mistakes; false at the cap, as on XOR. */
  readonly converged: boolean;
  /** Passes made, the clean one included. */
  readonly epochs: number;
  /** Corrections made, over all passes. */
  readonly mistakes: number;
  /** Corrections of each pass. */
  readonly mistakesByEpoch: readonly number[];
}

/** y = sign(w·x + b) with sign(0) = +1; w stands at right angles to the line and points to the side of +1. */
export class Perceptron {
  readonly weights: Float64Array;
  bias = 0;

  /** With all weights 0, for points of so many coordinates. */
  constructor(inputs: number) {
    if (!Number.isInteger(inputs) || inputs < 1)
      throw new RangeError(`Perceptron: inputs is ${inputs}; expected a whole number, 1 or more.`);
    this.weights = new Float64Array(inputs);
  }

  /** w·x + b */
  activation(point: ArrayLike<number>): number {
    let sum = this.bias;
    for (let i = 0; i < this.weights.length; i++) sum += this.weights[i] * point[i];
    return sum;
  }

  predict(point: ArrayLike<number>): Side {
    return this.activation(point) >= 0 ? 1 : -1;
  }

  /**
   * Goes through the points in their order, and wherever y(w·x + b) ≤ 0 corrects w ← w + ηyx, b ← b + ηy, until a pass needs no
   * correction. On separable points it makes at most (R/γ)² corrections from w = 0 (Novikoff 1962): R the greatest length of [x, 1], γ the
   * margin that some unit vector [w, b] achieves.
   */
  train(
    points: readonly ArrayLike<number>[],
    sides: readonly Side[],
    { learningRate = 1, maxEpochs = 1000 }: PerceptronOptions = {},
  ): PerceptronTraining {
    requirePoints(points, sides, this.weights.length);
    const mistakesByEpoch: number[] = [];
    let converged = false;
    while (!converged && mistakesByEpoch.length < maxEpochs) {
      let mistakes = 0;
      points.forEach((point, i) => {
        if (sides[i] * this.activation(point) > 0) return;
        this.correct(point, learningRate * sides[i]);
        mistakes++;
      });
      mistakesByEpoch.push(mistakes);
      converged = mistakes === 0;
    }
    const mistakes = mistakesByEpoch.reduce((sum, count) => sum + count, 0);
    return { converged, epochs: mistakesByEpoch.length, mistakes, mistakesByEpoch };
  }

  private correct(point: ArrayLike<number>, step: number): void {
    for (let i = 0; i < this.weights.length; i++) this.weights[i] += step * point[i];
    this.bias += step;
  }
}

const requirePoints = (points: readonly ArrayLike<number>[], sides: readonly Side[], inputs: number): void => {
  if (points.length === 0 || points.length !== sides.length)
    throw new RangeError(
      `Perceptron: got ${points.length} points and ${sides.length} sides; expected as many of each.`,
    );
  const odd = points.findIndex(({ length }) => length !== inputs);
  if (odd >= 0)
    throw new RangeError(`Perceptron: point ${odd} has ${points[odd].length} coordinates; expected ${inputs}.`);
  const unknown = sides.find((side) => side !== 1 && side !== -1);
  if (unknown !== undefined) throw new RangeError(`Perceptron: got the side ${unknown}; expected 1 or -1.`);
};

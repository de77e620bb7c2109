// Batches made one at a time: counted, iterated as often as wanted, mapped, or made ahead.

/** A known number of batches, each made when it is asked for. Every iteration gives the same ones. */
export class Batches<T> implements Iterable<T> {
  /** How many there are. */
  readonly length: number;
  private readonly make: (index: number) => T;

  constructor(length: number, make: (index: number) => T) {
    this.length = length;
    this.make = make;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.make(i);
  }

  /** `change(batch, index)` of each. */
  map<U>(change: (batch: T, index: number) => U): Batches<U> {
    return new Batches(this.length, (index) => change(this.make(index), index));
  }
}

export interface PrefetchOptions {
  /** How many to have ready, or under way, beyond the one in use. Default 2. */
  readonly ahead?: number;
}

/**
 * Has the next elements under way while the present one is in use, and gives them in order: for sources that wait for something, as a network, a worker
 * or `map` to a promise do. Values that are promises are awaited. Breaking off closes the source; an error comes where its element would.
 */
export async function* prefetch<T>(
  source: Iterable<T> | AsyncIterable<T>,
  { ahead = 2 }: PrefetchOptions = {},
): AsyncGenerator<Awaited<T>, void, undefined> {
  if (!Number.isSafeInteger(ahead) || ahead < 1)
    throw new RangeError(`prefetch: ahead is ${ahead}; expected a whole number from 1.`);
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const queue: Promise<IteratorResult<Awaited<T>>>[] = [];
  const request = async (): Promise<IteratorResult<Awaited<T>>> => {
    const { done, value } = await iterator.next();
    return done ? { done, value: undefined } : { value: await value };
  };
  try {
    for (;;) {
      while (queue.length <= ahead) {
        const next = request();
        // An error is thrown when its turn comes; until then it is nobody's.
        next.catch(() => {});
        queue.push(next);
      }
      const { done, value } = await queue.shift()!;
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

// Named entities in tagged sentences, and how many are found whole, as the shared tasks of CoNLL count (Tjong Kim Sang & Buchholz 2000).
import { defineMetric, type Metric } from "./metric.ts";

/** Words start to end − 1 of a sentence that name something of a kind. */
export interface Entity {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The entities that tags mark: B-kind begins one, I-kind goes on with it or, behind anything but its own kind, begins one; O is outside.
 * entities(["B-person", "I-person", "O"]) is one person, of words 0 and 1.
 */
export const entities = (tags: readonly string[]): Entity[] => spansOf(tags, "entities: tags");

function spansOf(tags: readonly string[], where: string): Entity[] {
  if (!Array.isArray(tags)) throw new TypeError(`${where} is ${typeof tags}; expected an array of tags.`);
  const found: Entity[] = [];
  tags.forEach((tag: unknown, i) => {
    const [, position, kind] = (typeof tag === "string" && TAG.exec(tag)) || [];
    if (position === undefined && tag !== "O")
      throw new RangeError(`${where}[${i}] is ${JSON.stringify(tag)}; expected "O", "B-kind" or "I-kind".`);
    if (kind === undefined) return;
    const last = found.at(-1);
    if (position === "I" && last?.end === i && last.kind === kind) found[found.length - 1] = { ...last, end: i + 1 };
    else found.push({ kind, start: i, end: i + 1 });
  });
  return found;
}

const TAG = /^([BI])-(.+)$/su;

/** Of entities that are right where the words and the kind are. */
export interface EntityRates {
  /** Right ones ÷ those told; 0 where none is told. */
  readonly precision: number;
  /** Right ones ÷ those there are; 0 where there is none. */
  readonly recall: number;
  /** 2·right ÷ (told + there are); 0 where there is neither. */
  readonly f1: number;
  /** How many there are. */
  readonly support: number;
}

export interface EntityScore extends EntityRates {
  /** By kind, in alphabetical order. */
  readonly kinds: Readonly<Record<string, EntityRates>>;
}

interface Tally {
  right: number;
  told: number;
  there: number;
}

interface Counts {
  /** By kind. */
  readonly kinds: [string, Tally][];
}

/** Precision, recall and F1 of whole entities, over all sentences together and by kind. Predictions and targets: the tags of each sentence. */
export const entityScore: Metric<readonly (readonly string[])[], readonly (readonly string[])[], object, EntityScore> =
  defineMetric({
    name: "entityScore",
    empty: (): Counts => ({ kinds: [] }),
    add(counts, predictions: readonly (readonly string[])[], targets: readonly (readonly string[])[]) {
      if (!Array.isArray(predictions) || !Array.isArray(targets) || predictions.length !== targets.length)
        throw new RangeError(
          `entityScore: ${predictions?.length} sentences predicted, ${targets?.length} given; expected two arrays of one length.`,
        );
      const pairs = predictions.map((tags, i) => {
        const told = spansOf(tags, `entityScore: predictions[${i}]`);
        const there = spansOf(targets[i], `entityScore: targets[${i}]`);
        if (tags.length !== targets[i].length)
          throw new RangeError(
            `entityScore: predictions[${i}] has ${tags.length} tags, targets[${i}] ${targets[i].length}; expected one for each word.`,
          );
        return { told, there };
      });
      for (const { told, there } of pairs) {
        const real = new Set(there.map(keyOf));
        for (const entity of there) tallyOf(counts, entity.kind).there++;
        for (const entity of told) {
          const tally = tallyOf(counts, entity.kind);
          tally.told++;
          tally.right += Number(real.has(keyOf(entity)));
        }
      }
      return pairs.length;
    },
    merge(counts, { kinds }) {
      for (const [kind, tally] of kinds) addTo(tallyOf(counts, kind), tally);
    },
    result({ kinds }) {
      const all: Tally = { right: 0, told: 0, there: 0 };
      for (const [, tally] of kinds) addTo(all, tally);
      const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      return { ...ratesOf(all), kinds: Object.fromEntries(sorted.map(([kind, tally]) => [kind, ratesOf(tally)])) };
    },
  });

const keyOf = ({ kind, start, end }: Entity): string => `${start} ${end} ${kind}`;

function tallyOf({ kinds }: Counts, kind: string): Tally {
  const known = kinds.find(([name]) => name === kind);
  if (known) return known[1];
  const tally: Tally = { right: 0, told: 0, there: 0 };
  kinds.push([kind, tally]);
  return tally;
}

function addTo(tally: Tally, { right, told, there }: Tally): void {
  tally.right += right;
  tally.told += told;
  tally.there += there;
}

const ratesOf = ({ right, told, there }: Tally): EntityRates => ({
  precision: told === 0 ? 0 : right / told,
  recall: there === 0 ? 0 : right / there,
  f1: told + there === 0 ? 0 : (2 * right) / (told + there),
  support: there,
});

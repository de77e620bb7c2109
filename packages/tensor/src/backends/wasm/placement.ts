// Where the intermediate values of a plan lie: one arena, in which a place is used again once its value is no longer needed.

/** A value's life: the first and last item that need its memory. */
export interface Life {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const ALIGNMENT = 64;
/** Vector loops may run over the end of a value by less than this. */
const SLACK = 32;

interface Gap {
  offset: number;
  bytes: number;
}

/** Offsets of the values in the arena, in their order, and the arena's size: each takes the first gap that holds it. */
export const placeByLiveness = (
  lives: readonly Life[],
): { readonly offsets: readonly number[]; readonly bytes: number } => {
  const offsets = new Array<number>(lives.length).fill(0);
  const gaps: Gap[] = [];
  let end = 0;
  const sizes = lives.map(({ bytes }) => Math.ceil((bytes + SLACK) / ALIGNMENT) * ALIGNMENT);
  const order = lives.map((_, i) => i).sort((a, b) => lives[a].first - lives[b].first || a - b);
  const living: number[] = [];
  for (const i of order) {
    for (let k = living.length - 1; k >= 0; k--) {
      const other = living[k];
      if (lives[other].last >= lives[i].first) continue;
      living.splice(k, 1);
      release(gaps, { offset: offsets[other], bytes: sizes[other] });
    }
    living.push(i);
    const at = gaps.findIndex(({ bytes }) => bytes >= sizes[i]);
    if (at < 0) {
      offsets[i] = end;
      end += sizes[i];
      continue;
    }
    const gap = gaps[at];
    offsets[i] = gap.offset;
    gap.offset += sizes[i];
    gap.bytes -= sizes[i];
    if (gap.bytes === 0) gaps.splice(at, 1);
  }
  return { offsets, bytes: end };
};

/** Puts a gap in order and joins it with its neighbours. */
const release = (gaps: Gap[], gap: Gap): void => {
  let at = gaps.findIndex(({ offset }) => offset > gap.offset);
  if (at < 0) at = gaps.length;
  gaps.splice(at, 0, gap);
  for (let i = Math.min(at, gaps.length - 2); i >= Math.max(0, at - 1); i--) {
    const [a, b] = [gaps[i], gaps[i + 1]];
    if (a.offset + a.bytes !== b.offset) continue;
    a.bytes += b.bytes;
    gaps.splice(i + 1, 1);
  }
};

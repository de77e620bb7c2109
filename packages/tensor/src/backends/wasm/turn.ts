// Turns part of a matrix, for kernels that read it the other way.
import {
  addI32,
  choose,
  countUp,
  type Code,
  FunctionBuilder,
  get,
  i32,
  lessI32,
  loopWhile,
  set,
  shiftLeftI32,
  v128,
} from "./emitter.ts";
import { move } from "./kernel.ts";

/**
 * turnInto(x, pitch, out, outPitch, rows, columns): out[c, r] = x[r, c] by blocks of four by four; pitches in bytes. A last block beyond the rows
 * repeats the last one, a last block beyond the columns reads and writes up to three more.
 */
export const turnInto = (): FunctionBuilder => {
  const f = new FunctionBuilder("turnInto", ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [x, pitch, out, outPitch, rows, columns] = [0, 1, 2, 3, 4, 5];
  const [row, column, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const from = Array.from({ length: 4 }, () => f.local("i32"));
  const [a, b, c, d, p, q, r, s] = Array.from({ length: 8 }, () => f.local("v128"));
  const next = (i: number): Code =>
    set(
      from[i],
      choose(lessI32(addI32(get(row), i32(i)), get(rows)), addI32(get(from[i - 1]), get(pitch)), get(from[i - 1])),
    );
  const quarters = [
    [p, q, [0, 1, 4, 5]],
    [p, q, [2, 3, 6, 7]],
    [r, s, [0, 1, 4, 5]],
    [r, s, [2, 3, 6, 7]],
  ] as const;
  const block = [
    [a, b, c, d].map((line, i) => [set(line, v128.load(get(from[i]))), move(from[i], i32(16))]),
    set(p, v128.shuffle32(get(a), get(b), [0, 4, 1, 5])),
    set(q, v128.shuffle32(get(c), get(d), [0, 4, 1, 5])),
    set(r, v128.shuffle32(get(a), get(b), [2, 6, 3, 7])),
    set(s, v128.shuffle32(get(c), get(d), [2, 6, 3, 7])),
    quarters.map(([left, right, picked]) => [
      v128.store(get(to), v128.shuffle32(get(left), get(right), picked)),
      move(to, get(outPitch)),
    ]),
  ];
  f.body = [
    set(row, i32(0)),
    loopWhile(
      [
        [set(from[0], get(x)), next(1), next(2), next(3)],
        set(to, addI32(get(out), shiftLeftI32(get(row), 2))),
        countUp(column, i32(0), i32(4), get(columns), block),
        [move(x, shiftLeftI32(get(pitch), 2)), move(row, i32(4))],
      ],
      lessI32(get(row), get(rows)),
    ),
  ];
  return f;
};

// What kernels are written with beyond the assembler: parameters by number or name, pointers that move on, loops that may not run at all.
import {
  addI32,
  choose,
  type Code,
  FunctionBuilder,
  get,
  ifThen,
  lessI32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  type ValueType,
} from "./emitter.ts";

export const i32s = (count: number): "i32"[] => Array.from({ length: count }, () => "i32");

/** Bytes of so many words. */
export const bytesOf = (count: Code): Code => shiftLeftI32(count, 2);

export const move = (local: number, by: Code): Code => set(local, addI32(get(local), by));

/** while (condition) body */
export const whileLoop = (condition: Code, body: Code): Code => ifThen(condition, loopWhile(body, condition));

/** Of signed numbers; both are computed twice. */
export const minimum = (a: Code, b: Code): Code => choose(lessI32(a, b), a, b);
export const maximum = (a: Code, b: Code): Code => choose(lessI32(a, b), b, a);

export const product = (...factors: Code[]): Code => factors.reduce((a, b) => mulI32(a, b));

/** Parameters of a kernel by name, in the order in which they are passed. */
export const numbered = <Name extends string>(names: readonly Name[], first = 0): Record<Name, number> =>
  Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<Name, number>;

/** A function over i32 parameters; `build` gets their numbers and makes locals. */
export const kernel = (
  name: string,
  parameters: number,
  build: (local: (type: ValueType) => number, ...parameters: number[]) => Code,
  result: ValueType | null = null,
): FunctionBuilder => {
  const f = new FunctionBuilder(name, i32s(parameters), result);
  f.body = build((type) => f.local(type), ...Array.from({ length: parameters }, (_, i) => i));
  return f;
};

// How threads wait for one another: words in shared memory, watched for a moment and then slept on.
import {
  addI32,
  atomicAddI32,
  atomicLoadI32,
  atomicStoreI32,
  call,
  type Code,
  drop,
  encodeModule,
  equalI32,
  FunctionBuilder,
  get,
  i32,
  ifElse,
  ifThen,
  isZeroI32,
  loopWhile,
  returnNothing,
  set,
  subI32,
  trap,
  waitWhileEqual,
  wakeAll,
} from "./emitter.ts";

/** Bytes from the block's address; what one thread writes while others watch lies in a cache line of its own. */
export const control = {
  /** Number of the last command. */
  command: 0,
  /** What the command is, and three numbers that go with it. */
  operands: 64,
  /** How many threads have reached the barrier, and how many barriers have been passed. */
  arrived: 128,
  passed: 192,
  sleepers: 256,
  /** Not 0 where a thread has failed; the others then trap instead of waiting for it. Behind it the length of a message and its characters. */
  failed: 320,
  bytes: 1024,
} as const;

/**
 * Rounds of the loop before a thread goes to sleep: about 140 µs of optimised code, as it soon is, and 500 before; waking a sleeping thread takes
 * half of that. With 20 µs, which a share may be late by, LeNet-5's step slept and woke often.
 */
const SPINS = 150_000;
/** A sleep lasts a second at most, and what may not sleep spins about as long, before patience is one less. */
const SECOND = 1e9;
const SPINS_PER_SECOND = 1_000_000_000;

/**
 * The functions of a thread of `threads`:
 * - `barrier()` returns when all threads have called it as often; what each wrote before, all can read after;
 * - `next(command)` waits for another command than that, and returns it;
 * - `start()` makes the next command known.
 * `maySleep`: not on a page's main thread. `patience`: seconds after which waiting for others traps; 0 for never.
 */
export const meetingModule = (
  address: number,
  { threads, maySleep, patience }: { readonly threads: number; readonly maySleep: boolean; readonly patience: number },
): Uint8Array<ArrayBuffer> => {
  const word = (name: Exclude<keyof typeof control, "bytes">): Code => i32(address + control[name]);
  const trapIfFailed = ifThen(atomicLoadI32(word("failed")), trap);

  /** Returns when the word is another than `old`. */
  const whileEqual = new FunctionBuilder("whileEqual", ["i32", "i32"]);
  const [at, old] = [0, 1];
  const [spins, left] = [whileEqual.local("i32"), whileEqual.local("i32")];
  const changed = isZeroI32(equalI32(atomicLoadI32(get(at)), get(old)));
  const spin = (count: number): Code => [
    set(spins, i32(count)),
    loopWhile([ifThen(changed, returnNothing), trapIfFailed, set(spins, subI32(get(spins), i32(1)))], get(spins)),
  ];
  const sleep = [
    atomicAddI32(word("sleepers"), i32(1)),
    drop,
    waitWhileEqual(get(at), get(old), SECOND),
    atomicAddI32(word("sleepers"), i32(-1)),
    drop,
    ifThen(changed, returnNothing),
    trapIfFailed,
  ];
  whileEqual.body = [
    set(left, i32(patience)),
    spin(SPINS),
    loopWhile([maySleep ? sleep : spin(SPINS_PER_SECOND), set(left, subI32(get(left), i32(1)))], get(left)),
    trap,
  ];
  const WHILE_EQUAL = 0;
  /** Whoever goes to sleep after this look at `sleepers` sees the changed word first. */
  const wake = (name: "command" | "passed"): Code => ifThen(atomicLoadI32(word("sleepers")), wakeAll(word(name)));

  const barrier = new FunctionBuilder("barrier", []);
  const passed = barrier.local("i32");
  barrier.body = [
    set(passed, atomicLoadI32(word("passed"))),
    ifElse(
      equalI32(atomicAddI32(word("arrived"), i32(1)), i32(threads - 1)),
      [
        atomicStoreI32(word("arrived"), i32(0)),
        atomicStoreI32(word("passed"), addI32(get(passed), i32(1))),
        wake("passed"),
      ],
      call(WHILE_EQUAL, word("passed"), get(passed)),
    ),
  ];
  const next = new FunctionBuilder("next", ["i32"], "i32");
  next.body = [call(WHILE_EQUAL, word("command"), get(0)), atomicLoadI32(word("command"))];
  const start = new FunctionBuilder("start", []);
  start.body = [atomicAddI32(word("command"), i32(1)), drop, wake("command")];
  return encodeModule([whileEqual, barrier, next, start]);
};

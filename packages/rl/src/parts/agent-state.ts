// What an agent keeps, in one place: everything by name as a checkpoint, its policy as bytes and files, and the hash of its curve.
import { type AnyModule, Module } from "@agon/nn";
import { Optimizer } from "@agon/optim";
import type { Random } from "@agon/random";
import type { CurveParameters } from "@agon/runs";
import {
  arrayOf,
  packState,
  type PackedState,
  type SafetensorsArray,
  type TypedArray,
  unpackState,
  Variable,
} from "@agon/tensor";
import { networkPolicy, type Policy, readPolicy, savePolicy } from "./policy.ts";

/** Plain data, and arrays by name. */
export interface Saved {
  readonly data?: unknown;
  readonly arrays?: Readonly<Record<string, SafetensorsArray>>;
}

/** What saves itself: a session, a replay buffer. */
export interface Store {
  save(): Saved;
  /** `array` gives a saved array, and throws where there is none of that name. */
  load(data: unknown, array: (name: string) => SafetensorsArray): void;
}

/** The life of an agent in its environments, with the curve of it. */
interface Life extends Store {
  curveHash(parameters: CurveParameters): Promise<string>;
}

/** Numbers of one object, which change while the agent learns. */
type Counts = Record<string, number>;

type Kept = AnyModule | Optimizer | Variable | Random | TypedArray | Store | Counts;

export interface Contents {
  readonly session: Life;
  /** What acts: a network, or whatever else gives bytes. */
  readonly policy: AnyModule | Policy;
  /** What is learned: kept, and part of the curve's hash. */
  readonly learned: Readonly<Record<string, AnyModule | Float64Array>>;
  /** What else it takes to go on exactly; null is nothing. */
  readonly rest: Readonly<Record<string, Kept | null>>;
}

/** Composition, not a base class: every agent that learns has one and hands these calls on to it. See Agent for what they promise. */
export class AgentState {
  private readonly kind: string;
  private readonly actor: Policy;
  private readonly contents: Contents;
  private readonly stores: ReadonlyMap<string, Store>;

  constructor(kind: string, contents: Contents) {
    const { session, policy, learned, rest } = contents;
    this.kind = kind;
    this.contents = contents;
    this.actor = policy instanceof Module ? networkPolicy(policy) : policy;
    const kept = Object.entries({ ...learned, ...rest }).filter((entry): entry is [string, Kept] => entry[1] !== null);
    this.stores = new Map([["session", session], ...kept.map(([name, one]) => [name, storeOf(one)] as const)]);
  }

  policy(): Uint8Array {
    return this.actor.encode();
  }

  loadPolicy(bytes: Uint8Array): void {
    this.actor.decode(bytes);
  }

  save(path: string): Promise<void> {
    return savePolicy(this, path);
  }

  load(path: string): Promise<void> {
    return readPolicy(this, path);
  }

  checkpoint(): Uint8Array {
    const saved = [...this.stores].map(([name, store]) => [name, store.save()] as const);
    const arrays = saved.flatMap(([name, { arrays: ones = {} }]) =>
      Object.entries(ones).map(([key, array]) => [`${name}.${key}`, array] as const),
    );
    return packState({
      kind: this.kind,
      arrays: new Map(arrays),
      data: Object.fromEntries(saved.map(([name, { data }]) => [name, data])),
    });
  }

  restore(bytes: Uint8Array): void {
    const state: PackedState = unpackState(bytes, this.kind);
    const data = state.data as Readonly<Record<string, unknown>>;
    for (const [name, store] of this.stores) store.load(data[name], (key) => arrayOf(state, `${name}.${key}`));
  }

  curveHash(): Promise<string> {
    const parameters: Record<string, Float32Array | Float64Array> = {};
    for (const [name, one] of Object.entries(this.contents.learned)) {
      if (!(one instanceof Module)) parameters[name] = one;
      else
        for (const [key, values] of Object.entries(one.stateDict()))
          parameters[`${name}.${key}`] = values as Float32Array;
    }
    return this.contents.session.curveHash(parameters);
  }
}

const storeOf = (kept: Kept): Store => {
  if (kept instanceof Module) return variables([...kept.namedVariables().values()]);
  if (kept instanceof Variable) return variables([kept]);
  if (kept instanceof Optimizer) return variables(kept.variables());
  if (ArrayBuffer.isView(kept)) return wholeArray(kept);
  if (isStore(kept)) return kept;
  return isRandom(kept) ? stream(kept) : counts(kept);
};

const isStore = (kept: object): kept is Store => "save" in kept && typeof kept.save === "function";

const isRandom = (kept: object): kept is Random => "state" in kept && typeof kept.state === "function";

const variables = (all: readonly Variable[]): Store => ({
  save: () => ({ arrays: Object.fromEntries(all.map((variable, i) => [i, variable.toHost()])) }),
  load(_, array) {
    all.forEach((variable, i) => {
      variable.set(array(String(i)));
    });
  },
});

const wholeArray = (values: TypedArray): Store => ({
  save: () => ({ arrays: { values: values.slice() } }),
  load(_, array) {
    values.set(array("values"));
  },
});

const stream = (random: Random): Store => ({
  save: () => ({ data: random.state() }),
  load(state) {
    random.restore(state as ReturnType<Random["state"]>);
  },
});

const counts = (numbers: Counts): Store => ({
  save: () => ({ data: { ...numbers } }),
  load(saved) {
    Object.assign(numbers, saved);
  },
});

// Which part of a training loop a sampled stack belongs to.

export type LoopPart = "acting" | "environment" | "replay or returns" | "update" | "rest";

/** Of V8's profile: a tree of calls, and how often each was on top of the stack. */
export interface SampledProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly hitCount?: number;
    readonly children?: readonly number[];
  }[];
}

interface Rule {
  readonly part: LoopPart;
  /** Of the function's file. */
  readonly file: RegExp;
  readonly name?: RegExp;
}

const RL = /\/packages\/rl\//;

/** The innermost call that one of these knows decides, the first rule first: sampling for an update is replay. */
const RULES: readonly Rule[] = [
  { part: "rest", file: /\/parts\/curve\./ },
  { part: "environment", file: /\/(packages\/env|environments)\/|\/parts\/(vector-)?session\./ },
  { part: "acting", file: RL, name: /^(act|actionValues|think|thinkOf|thinkAbout|choose|draw|enact)$/ },
  { part: "replay or returns", file: /\/parts\/(replay|rollout|priorities|priority-sampler|returns|reward-scale)\./ },
  { part: "replay or returns", file: RL, name: /^(sample|keep|fillBatch|complete|shuffle)$/ },
  { part: "update", file: RL, name: /^(learn|stepped)$/ },
];

/** Shares of the samples, idle ones left out. */
export const partsOf = ({ nodes }: SampledProfile): Record<LoopPart, number> => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const counts: Record<LoopPart, number> = { acting: 0, environment: 0, "replay or returns": 0, update: 0, rest: 0 };
  const visit = (id: number, around: LoopPart): void => {
    const { callFrame, hitCount = 0, children = [] } = byId.get(id) as SampledProfile["nodes"][number];
    if (callFrame.functionName === "(idle)") return;
    const part = ruleOf(callFrame) ?? around;
    counts[part] += hitCount;
    for (const child of children) visit(child, part);
  };
  if (nodes.length > 0) visit(nodes[0].id, "rest");
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  for (const part of Object.keys(counts) as LoopPart[]) counts[part] /= Math.max(1, total);
  return counts;
};

const ruleOf = ({ functionName, url }: { readonly functionName: string; readonly url: string }): LoopPart | undefined =>
  RULES.find(({ file, name }) => file.test(url) && (name === undefined || name.test(functionName)))?.part;

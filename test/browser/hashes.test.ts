// The hashes in docs/hashes.md are what every engine here gives, in both tiers, with vectors of both widths and on several threads.
import { describe, expect, it } from "vitest";
import { type Engine, newestNode, pinnedNode, withChromium } from "../hashes/engines.ts";
import { differences, readHashes } from "../hashes/table.ts";
import { describeInChromium } from "./chromium.ts";

const wanted = readHashes();
const tiers = ["strict", "fused"] as const;

const compare = async (engine: Engine, tier: (typeof tiers)[number], skip: (note: string) => void): Promise<void> => {
  const { numerics, hashes } = await engine.hash(tier);
  if (numerics !== tier) return skip("this machine does not fuse");
  expect(differences(wanted[tier], hashes)).toEqual([]);
};

it("there are hashes, and no two programs give the same", () => {
  for (const tier of tiers) {
    const all = Object.values(wanted[tier]);
    expect(all.length).toBeGreaterThan(30);
    expect(new Set(all).size).toBe(all.length);
  }
  expect(differences(wanted.strict, wanted.fused)).toContain("a large product");
});

const nodes = [...pinnedNode(), ...(await newestNode())];
describe.each(nodes)("the hashes in $name with vectors of $vectorBits bits", (engine) => {
  it.for(tiers)("are those of the table, %s", (tier, { skip }) => compare(engine, tier, skip));
});

describeInChromium("the hashes in Chromium", () => {
  it.for(tiers)("are those of the table, on one thread and on two, %s", (tier, { skip }) =>
    withChromium(async (engines) => {
      for (const engine of engines) await compare(engine, tier, skip);
    }),
  );
});

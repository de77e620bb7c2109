// The labs that read datasets, at their quick scale: what they claim holds. They need a data folder (AGON_DATA, or the user's cache).
import { MissingDataError } from "@agon/data";
import { dataFolder } from "@agon/data/node";
import { type Lab, labs } from "@agon/labs";
import { describe, expect, it } from "vitest";

const files = dataFolder({ offline: true });

const now = (): number => performance.now();
const run = (lab: Lab) => lab.run({ seed: 1, scale: "quick", progress: async () => {}, now, files });

describe.each(labs.filter(({ datasets }) => datasets !== undefined))("$id", (lab) => {
  it("holds its claims", async ({ skip }) => {
    try {
      const { claims } = await run(lab);
      expect(claims.filter(({ holds }) => !holds)).toEqual([]);
      expect(claims.length).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof MissingDataError)) throw error;
      skip(`${lab.datasets?.join(", ")} is not in ${files.folder}: ${error.message}`);
    }
  });
});

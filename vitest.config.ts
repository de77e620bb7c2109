import { defineConfig } from "vitest/config";

const conditions = ["@agon/source"];

/** One project per kind of test; each resolves the workspace to its TypeScript sources. */
const project = (name: string, include: string[], options = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, environment: "node", ...options },
});

const minutes = 60_000;

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      // `npm test`
      project("unit", [
        "packages/*/src/**/*.test.ts",
        "environments/src/**/*.test.ts",
        "apps/*/src/**/*.test.ts",
        "bench/src/**/*.test.ts",
      ]),
      project("parity", ["test/parity/**/*.test.ts"]),
      project("architecture", ["test/architecture/**/*.test.ts"], { testTimeout: minutes }),
      project("conformance", ["test/{conformance,examples}/**/*.test.ts"], { testTimeout: minutes }),
      // Longer, or in need of more than Node: each has a script of its own and runs in .ci/run.
      project("learning", ["test/learning/**/*.test.ts"], { testTimeout: 15 * minutes, fileParallelism: true }),
      // One file after the other: they measure times.
      project("browser", ["test/browser/**/*.test.ts"], {
        testTimeout: 5 * minutes,
        hookTimeout: 5 * minutes,
        fileParallelism: false,
      }),
      project("packaging", ["test/packaging/**/*.test.ts"], { testTimeout: 10 * minutes, hookTimeout: 10 * minutes }),
      project("soak", ["test/soak/**/*.test.ts"], { testTimeout: 60 * minutes }),
    ],
  },
});

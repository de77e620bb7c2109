import { defineConfig } from "vitest/config";

const conditions = ["@agon/source"];

/** One project per kind of test; each resolves the workspace to its TypeScript sources. */
const project = (name: string, include: string[], options = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, environment: "node", ...options },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", ["packages/*/src/**/*.test.ts", "environments/src/**/*.test.ts", "apps/*/src/**/*.test.ts"]),
      project("parity", ["test/parity/**/*.test.ts"]),
      project("architecture", ["test/architecture.test.ts"]),
    ],
  },
});

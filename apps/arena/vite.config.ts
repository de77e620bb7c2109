// How the arena is served and built: from the workspace's TypeScript sources, isolated, under a strict content policy.
import { defaultClientConditions, defineConfig } from "vite";
import solid from "vite-plugin-solid";

/** Make the page `crossOriginIsolated`, so that workers may share memory. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** No eval, no foreign hosts; WebAssembly may be compiled. Styles are set on elements by the charts and the stage. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig({
  base: "./",
  plugins: [solid()],
  resolve: { conditions: ["@agon/source", ...defaultClientConditions] },
  worker: { format: "es" },
  // The licences of all that is bundled stand beside the page; those within a source file stay in the code (comments that begin with "!").
  build: { target: "es2023", outDir: "dist/site", chunkSizeWarningLimit: 900, license: { fileName: "licenses.md" } },
  server: { headers: isolation },
  preview: { headers: { ...isolation, "Content-Security-Policy": contentSecurityPolicy } },
});

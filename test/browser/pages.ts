// Pages of our own for the browser: served from the sources as they are, or built by vite.
import { fileURLToPath } from "node:url";
import { build, createServer, defaultClientConditions, type ViteDevServer } from "vite";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Serves a folder's pages (this one's), whose programs and packages are TypeScript, under a free port; close it at the end. */
export async function serveSources({
  root = here("."),
  headers = {},
}: {
  readonly root?: string;
  readonly headers?: Readonly<Record<string, string>>;
} = {}): Promise<{
  readonly server: ViteDevServer;
  readonly origin: string;
}> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@agon/source", ...defaultClientConditions] },
    server: { port: 0, fs: { allow: [here("../..")] }, headers },
  });
  await server.listen();
  return { server, origin: server.resolvedUrls?.local[0] ?? "" };
}

/** Builds programs of this folder, by their output's names, into a folder: { page: "data-page.ts" } becomes page.js. */
export async function buildPrograms(
  programs: Readonly<Record<string, string>>,
  folder: string,
  { minify = false, chunk = "[name]" }: { readonly minify?: boolean; readonly chunk?: string } = {},
): Promise<void> {
  const input = Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, here(file)]));
  await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@agon/source"] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      minify,
      modulePreload: false,
      rolldownOptions: { input, output: { entryFileNames: "[name].js", chunkFileNames: `${chunk}.js` } },
    },
  });
}

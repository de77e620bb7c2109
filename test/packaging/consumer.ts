// A user's project outside the workspace: empty but for the tarballs it installs, and the programs it is given.
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { outputsOf, run } from "../programs.ts";
import { root, type Tarball, tsc } from "./tarballs.ts";

export class Consumer {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Installs `names` with npm. Packages that these depend on come from their tarballs too, others from the registry or npm's cache. */
  static async install(
    folder: string,
    names: readonly string[],
    tarballs: ReadonlyMap<string, Tarball>,
  ): Promise<Consumer> {
    const files = [...tarballs].map(([name, { path }]) => [name, `file:${path}`] as const);
    const direct = files.filter(([name]) => names.includes(name));
    const foreign = names.filter((name) => !tarballs.has(name));
    if (foreign.length > 0) throw new Error(`install: no package of this workspace is called ${foreign.join(", ")}.`);
    const project = {
      private: true,
      type: "module",
      dependencies: Object.fromEntries(direct),
      overrides: Object.fromEntries(files.filter(([name]) => !names.includes(name))),
    };
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify(project, null, 2));
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
    return new Consumer(folder);
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.folder, file), text);
  }

  /**
   * Type-checks a program under strict rules, declarations of the packages included, as Node and as bundlers resolve modules; Node's
   * JavaScript of it lands in `compiled/`.
   */
  async compile(file: string, { node }: { readonly node: boolean }): Promise<string> {
    if (node) await this.lendNodeTypes();
    const common = {
      target: "es2023",
      lib: ["es2023", "dom"],
      types: node ? ["node"] : [],
      strict: true,
      skipLibCheck: false,
      rootDir: ".",
    };
    for (const [moduleResolution, options] of [
      ["nodenext", { module: "nodenext", outDir: "compiled" }],
      ["bundler", { module: "esnext", noEmit: true }],
    ] as const) {
      const project = `tsconfig.${moduleResolution}.json`;
      const compilerOptions = { ...common, moduleResolution, ...options };
      await this.write(project, JSON.stringify({ compilerOptions, files: [file] }));
      await run(tsc, ["-p", project, "--pretty", "false"], { cwd: this.folder });
    }
    return `compiled/${file.replace(/\.ts$/, ".js")}`;
  }

  /** A program that uses Node's modules needs their types; they are the workspace's. */
  private async lendNodeTypes(): Promise<void> {
    await mkdir(join(this.folder, "node_modules/@types"), { recursive: true });
    await symlink(join(root, "node_modules/@types/node"), join(this.folder, "node_modules/@types/node"), "dir").catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  }

  /** Bundles a program with vite, as for a page; anything that vite warns of is an error, and so is any asset: scripts are all there is. */
  async bundle(file: string): Promise<string> {
    const config = {
      build: {
        target: "es2023",
        outDir: "bundled",
        emptyOutDir: false,
        modulePreload: false,
        rolldownOptions: {
          input: file,
          // What a program exports counts as used.
          preserveEntrySignatures: "strict",
          output: { entryFileNames: "[name].js" },
        },
      },
    };
    await this.write("vite.config.js", `export default ${JSON.stringify(config)};\n`);
    const vite = join(root, "node_modules/.bin/vite");
    const { stdout, stderr } = await outputsOf(vite, ["build", "--logLevel", "warn"], { cwd: this.folder });
    if (stdout || stderr) throw new Error(`vite warns about ${file}:\n${stdout}${stderr}`);
    const assets = (await readdir(join(this.folder, "bundled"), { recursive: true })).filter((name) =>
      /\.(?!js$)\w+$/.test(name),
    );
    if (assets.length > 0) throw new Error(`${file} needs files beside its scripts: ${assets.join(", ")}.`);
    return `bundled/${file.replace(/\.ts$/, ".js")}`;
  }

  /** Bytes of a bundle of these exports of a package's main entry ("*" for all), minified: as it is, and compressed. */
  async size(name: string, exported: string): Promise<{ readonly minified: number; readonly gzipped: number }> {
    await this.write("exported.ts", `export ${exported} from "${name}";\n`);
    const bundle = await readFile(join(this.folder, await this.bundle("exported.ts")));
    return { minified: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length };
  }

  /** What a JavaScript file of the project prints under a Node. */
  run(node: string, file: string): Promise<string> {
    return run(node, [file], { cwd: this.folder });
  }
}

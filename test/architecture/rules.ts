// The rules between packages and files. Each gives its violations as lines that name the forbidden arrow.
import { builtinModules } from "node:module";
import { type Package, packageOf, resolveImport, type SourceFile, type Workspace } from "./workspace.ts";

/** What each library stands on; it may also use whatever that reaches. "*" is every library. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "@agon/math": [],
  "@agon/random": ["@agon/math"],
  "@agon/tensor": ["@agon/random"],
  "@agon/nn": ["@agon/tensor"],
  "@agon/optim": ["@agon/tensor"],
  "@agon/metrics": ["@agon/math"],
  "@agon/data": ["@agon/tensor", "@agon/random"],
  "@agon/train": ["@agon/nn", "@agon/optim", "@agon/data", "@agon/metrics", "@agon/runs"],
  "@agon/embeddings": ["@agon/tensor", "@agon/optim", "@agon/data"],
  "@agon/models": ["@agon/nn"],
  "@agon/env": ["@agon/random", "@agon/math"],
  "@agon/rl": ["@agon/nn", "@agon/optim", "@agon/env", "@agon/runs"],
  "@agon/runs": ["@agon/random", "@agon/math"],
  "@agon/environments": ["@agon/env"],
  "@agon/labs": ["*"],
};

/** The few places where a library may look at the clock, each with its reason. */
const CLOCKS: Readonly<Record<string, string>> = {
  "packages/env/src/moved-clock.ts": "stops the clock while the checker plays; reads no time",
  "packages/train/src/fit.ts": "shows rates and times left; results do not depend on them",
  "packages/runs/src/drive.ts": "gives the event loop a turn by time budget; results do not depend on it",
};

const CLOCK = new Set(["Date.now", "new Date", "Date", "performance.now"]);
const CHANCE = new Set(["Math.random", "crypto.getRandomValues", "crypto.randomUUID"]);
/** Functions whose last bits differ between engines; @agon/math has portable ones. */
const ENGINE_DEPENDENT = new Set(
  "exp expm1 log log1p log2 log10 pow sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt hypot"
    .split(" ")
    .map((name) => `Math.${name}`),
);
const NODE_GLOBALS = ["process", "Buffer", "require", "__dirname", "__filename", "global", "setImmediate"];
const PAGE_GLOBALS = ["window", "document", "localStorage", "sessionStorage", "requestAnimationFrame", "HTMLElement"];
const HOST_GLOBALS = new Set([...NODE_GLOBALS, ...PAGE_GLOBALS]);
const BUILTINS = new Set(builtinModules);

const isLibrary = ({ folder }: Package): boolean => /^packages\/|^environments$/.test(folder);
const isApp = ({ folder }: Package): boolean => folder.startsWith("apps/");
const sources = (owner: Package): readonly SourceFile[] => owner.files.filter((file) => !file.isTest);
const runtimeDependencies = ({ manifest }: Package): string[] =>
  Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies });

/** Every broken rule of the workspace. */
export function violations(workspace: Workspace): string[] {
  return [arrows, undeclared, apps, cycles, hosts, chance, manifests].flatMap((rule) => rule(workspace));
}

/** Libraries depend only on what their arrows reach, by manifest and by import. */
function arrows(workspace: Workspace): string[] {
  return workspace.packages.filter(isLibrary).flatMap((owner) => {
    if (!(owner.name in ARROWS)) return [`${owner.name}: no arrows are listed for it in test/architecture/rules.ts`];
    const allowed = reach(owner.name);
    const forbidden = (name: string): boolean => name !== owner.name && !allowed.has("*") && !allowed.has(name);
    const byManifest = runtimeDependencies(owner)
      .filter((name) => packageOf(workspace, name) !== null && forbidden(name))
      .map((name) => `${owner.name} → ${name}: forbidden arrow in ${owner.folder}/package.json`);
    const byImport = sources(owner).flatMap((file) =>
      file.imports
        .map(({ specifier }) => packageOf(workspace, specifier)?.name)
        .filter((name) => name !== undefined && forbidden(name))
        .map((name) => `${owner.name} → ${name}: forbidden arrow in ${file.path}`),
    );
    return [...byManifest, ...byImport];
  });
}

function reach(name: string, found: Set<string> = new Set()): Set<string> {
  for (const next of ARROWS[name] ?? []) {
    if (found.has(next)) continue;
    found.add(next);
    reach(next, found);
  }
  return found;
}

/** What a file imports stands in the manifest of its package. */
function undeclared(workspace: Workspace): string[] {
  return workspace.packages
    .filter((owner) => isLibrary(owner) || isApp(owner))
    .flatMap((owner) => {
      const declared = new Set([...runtimeDependencies(owner), ...Object.keys(owner.manifest.devDependencies ?? {})]);
      return sources(owner).flatMap((file) =>
        file.imports
          .map(({ specifier }) => externalName(specifier))
          .filter((name) => name !== null && name !== owner.name && !declared.has(name))
          .map((name) => `${file.path}: imports ${name}, which ${owner.folder}/package.json does not declare`),
      );
    });
}

/** "@scope/name" or "name" of a bare specifier; null for relative paths and Node's own modules. */
function externalName(specifier: string): string | null {
  if (specifier.startsWith(".") || isBuiltin(specifier)) return null;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || BUILTINS.has(specifier);

/** Nothing imports an app, by name or by path. */
function apps(workspace: Workspace): string[] {
  return workspace.packages.flatMap((owner) =>
    owner.files.flatMap((file) =>
      file.imports
        .map(({ specifier }) =>
          specifier.startsWith(".")
            ? workspace.packages.find(({ files }) =>
                files.some(({ path }) => path === resolveImport(workspace, file.path, specifier)?.path),
              )
            : packageOf(workspace, specifier),
        )
        // Tests of the whole may start an app.
        .filter((target) => target && isApp(target) && target !== owner && owner.folder !== "test")
        .map((target) => `${owner.name} → ${target!.name}: nothing imports an app (${file.path})`),
    ),
  );
}

/** No cycles between files by value import. */
function cycles(workspace: Workspace): string[] {
  const files = workspace.packages.flatMap((owner) => owner.files);
  const targets = new Map(files.map((file) => [file, valueImports(workspace, file)]));
  const state = new Map<SourceFile, "open" | "closed">();
  const found: string[] = [];
  const walk = (file: SourceFile, path: readonly SourceFile[]): void => {
    if (state.get(file) === "closed") return;
    if (state.get(file) === "open") {
      found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].map((one) => one.path).join(" → ")}`);
      return;
    }
    state.set(file, "open");
    for (const next of targets.get(file)!) walk(next, [...path, file]);
    state.set(file, "closed");
  };
  for (const file of files) walk(file, []);
  return found;
}

function valueImports(workspace: Workspace, file: SourceFile): SourceFile[] {
  return file.imports
    .filter(({ kind }) => kind === "value")
    .map(({ specifier }) => resolveImport(workspace, file.path, specifier))
    .filter((target) => target !== null);
}

/** Main entries load in Node, in a page and in a worker: whatever they import by value uses nothing of Node or the page. */
function hosts(workspace: Workspace): string[] {
  return workspace.packages.filter(isLibrary).flatMap((owner) => {
    const entry = resolveImport(workspace, "", owner.name);
    if (entry === null) return [];
    return [...reachableFiles(workspace, entry)].flatMap((file) => [
      ...file.imports
        .filter(({ specifier, kind }) => kind === "value" && isBuiltin(specifier))
        .map(({ specifier }) => `${owner.name}: its main entry reaches ${file.path}, which imports ${specifier}`),
      ...[...file.globals]
        .filter((name) => HOST_GLOBALS.has(name.replace("new ", "").split(".")[0]!))
        .map((name) => `${owner.name}: its main entry reaches ${file.path}, which uses ${name}`),
    ]);
  });
}

function reachableFiles(workspace: Workspace, entry: SourceFile): Set<SourceFile> {
  const found = new Set([entry]);
  for (const file of found) for (const next of valueImports(workspace, file)) found.add(next);
  return found;
}

/** Libraries take chance and time as arguments, and elementary functions from @agon/math. */
function chance(workspace: Workspace): string[] {
  return workspace.packages.filter(isLibrary).flatMap((owner) =>
    sources(owner).flatMap((file) =>
      [...file.globals].flatMap((name) => {
        if (CHANCE.has(name)) return [`${file.path}: uses ${name}; chance comes in as a Random`];
        if (ENGINE_DEPENDENT.has(name)) return [`${file.path}: uses ${name}; take the portable one of @agon/math`];
        if (CLOCK.has(name) && !(file.path in CLOCKS))
          return [`${file.path}: uses ${name}; time comes in as an argument`];
        return [];
      }),
    ),
  );
}

/** Importing a library has no side effects, and each foreign runtime dependency is named with its reason. */
function manifests(workspace: Workspace): string[] {
  return workspace.packages.filter(isLibrary).flatMap((owner) => {
    const foreign = runtimeDependencies(owner).filter((name) => packageOf(workspace, name) === null);
    return [
      ...(owner.manifest.sideEffects === false ? [] : [`${owner.name}: package.json lacks "sideEffects": false`]),
      ...foreign
        .filter((name) => !workspace.architecture.includes(`\`${name}\``))
        .map((name) => `${owner.name} → ${name}: a runtime dependency that docs/ARCHITECTURE.md does not name`),
    ];
  });
}

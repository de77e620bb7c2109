// The workspace as the architecture rules see it: packages, their manifests, and what each source file imports and uses.
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { parseSync } from "vite";

export interface Import {
  readonly specifier: string;
  /** Erased by the compiler, part of the module graph, or loaded on demand. */
  readonly kind: "type" | "value" | "dynamic";
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Globals the file uses and does not declare itself, with their member where there is one: "document", "Math.random". */
  readonly globals: ReadonlySet<string>;
  readonly isTest: boolean;
}

export interface Package {
  readonly name: string;
  /** From the repository's root: "packages/tensor". */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

interface Manifest {
  readonly name: string;
  readonly sideEffects?: boolean;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  readonly packages: readonly Package[];
  /** Every source file by its path. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Text of docs/ARCHITECTURE.md, where runtime dependencies are named. */
  readonly architecture: string;
}

/** Reads the workspace under `root`. */
export function readWorkspace(root: string): Workspace {
  const paths = globSync(
    ["{packages,apps}/*/package.json", "{environments,test,bench,examples}/package.json"].concat(
      ["{packages,apps}/*/src/**/*.ts", "{environments,bench}/src/**/*.ts", "test/**/*.ts", "examples/**/*.ts"],
      ["apps/*/*.config.ts", "docs/ARCHITECTURE.md"],
    ),
    { cwd: root, exclude: (path) => path.includes("node_modules") || path.includes("dist") },
  );
  return parseWorkspace(
    Object.fromEntries(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(`${root}/${path}`, "utf8")])),
  );
}

/** The workspace made of these files: text by path. */
export function parseWorkspace(files: Readonly<Record<string, string>>): Workspace {
  const paths = Object.keys(files).sort();
  const packages = paths
    .filter((path) => path.endsWith("/package.json"))
    .map((path): Package => {
      const folder = posix.dirname(path);
      const manifest = JSON.parse(files[path]!) as Manifest;
      const sources = paths.filter((file) => file.startsWith(`${folder}/`) && file.endsWith(".ts"));
      return { name: manifest.name, folder, manifest, files: sources.map((file) => parseSource(file, files[file]!)) };
    });
  const sources = packages.flatMap((one) => one.files).map((file) => [file.path, file] as const);
  return { packages, files: new Map(sources), architecture: files["docs/ARCHITECTURE.md"] ?? "" };
}

/** The source file behind an import, or null where it lies outside the workspace. */
export function resolveImport(workspace: Workspace, from: string, specifier: string): SourceFile | null {
  const path = specifier.startsWith(".")
    ? posix.join(posix.dirname(from), specifier)
    : exportedSource(workspace, specifier);
  if (path === null) return null;
  return workspace.files.get(path) ?? null;
}

/** The workspace package that a bare specifier names, or null. */
export function packageOf(workspace: Workspace, specifier: string): Package | null {
  return workspace.packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`)) ?? null;
}

function exportedSource(workspace: Workspace, specifier: string): string | null {
  const owner = packageOf(workspace, specifier);
  const source = owner?.manifest.exports?.[`.${specifier.slice(owner.name.length)}`]?.["@agon/source"];
  return owner && source ? posix.join(owner.folder, source) : null;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const imports: Import[] = [];
  const used = new Set<string>();
  const declared = new Set<string>();
  visit(program as unknown as Node, null, (node, parent, key) => {
    const found = importOf(node);
    if (found) imports.push(found);
    if (node.type !== "Identifier") return;
    const name = node.name as string;
    if (declares(parent, key)) declared.add(name);
    else if (refers(parent, key)) used.add(parent ? withMember(name, parent, key) : name);
  });
  const globals = new Set([...used].filter((name) => !declared.has(name.split(".")[0]!)));
  return { path, imports, globals, isTest: /\.test(-data)?\.ts$|^test\//.test(path) };
}

/** The import a node makes, if any. An import of types alone is erased. */
function importOf(node: Node): Import | null {
  const specifier = isNode(node.source) && typeof node.source.value === "string" ? node.source.value : null;
  if (specifier === null) return null;
  if (node.type === "ImportExpression") return { specifier, kind: "dynamic" };
  if (node.type === "TSImportType") return { specifier, kind: "type" };
  const specifiers = (node.specifiers ?? []) as readonly Node[];
  const typed = (part: Node): boolean => part.importKind === "type" || part.exportKind === "type";
  const erased = typed(node) || (specifiers.length > 0 && specifiers.every(typed));
  return { specifier, kind: erased ? "type" : "value" };
}

const DECLARING_KEYS: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  ImportSpecifier: ["local", "imported"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
  ArrayPattern: ["elements"],
  AssignmentPattern: ["left"],
  RestElement: ["argument"],
  CatchClause: ["param"],
};

function declares(parent: Node | null, key: string): boolean {
  if (parent === null) return false;
  // { name } or { key: name } of a pattern; in an object literal this only hides a global, which none does.
  if (parent.type === "Property") return key === "value" && parent.inPattern === true;
  return DECLARING_KEYS[parent.type]?.includes(key) ?? false;
}

/** A reference to a value: no member name, no key of an object or a class, no type. */
function refers(parent: Node | null, key: string): boolean {
  if (parent === null) return true;
  if (parent.type === "MemberExpression") return key === "object" || parent.computed === true;
  if (parent.type.startsWith("TS")) return /^TS(As|Satisfies|NonNull)/.test(parent.type) && key === "expression";
  if (["Property", "MethodDefinition", "PropertyDefinition"].includes(parent.type)) return key === "value";
  return true;
}

function withMember(name: string, parent: Node, key: string): string {
  if (parent.type === "NewExpression" && key === "callee") return `new ${name}`;
  if (parent.type !== "MemberExpression" || parent.computed === true || !isNode(parent.property)) return name;
  return `${name}.${parent.property.name as string}`;
}

function visit(node: Node, parent: Node | null, call: (node: Node, parent: Node | null, key: string) => void): void {
  const walk = (current: Node, above: Node | null, key: string): void => {
    call(current, above, key);
    const patterned = current.type === "ObjectPattern";
    for (const [name, value] of Object.entries(current)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child))
          walk(patterned && child.type === "Property" ? { ...child, inPattern: true } : child, current, name);
      }
    }
  };
  walk(node, parent, "");
}

// Programs in documents: the code of a README, what it claims to print, and running commands to see.
import { spawn } from "node:child_process";

export interface Program {
  readonly code: string;
  /** What its comments "// → …" say it prints, a line each. */
  readonly claim: string;
}

/** The TypeScript programs of a document, in order. */
export const programsOf = (markdown: string): Program[] =>
  fences(markdown, "ts").map((code) => ({ code, claim: claimOf(code) }));

/** The lines of a document's shell blocks, without their comments. */
export const commandsOf = (markdown: string): string[] =>
  fences(markdown, "sh").flatMap((block) =>
    block
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter((line) => line !== ""),
  );

/** The names of packages that a program imports. */
export const importsOf = (code: string): string[] => [
  ...new Set([...code.matchAll(/ from "((?:@[^/"]+\/)?[^/"]+)/g)].map(([, name]) => name!)),
];

/** Paths that a document links to within the repository. */
export const linksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(https?:|#)/.test(target));

export const claimOf = (code: string): string =>
  [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text!.trimEnd()).join("\n");

const fences = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code!);

export interface RunOptions {
  readonly cwd: string;
}

/** Runs a command to its end and returns its stdout without the last line break; an error holds everything that it printed. */
export const run = async (command: string, parameters: readonly string[], options: RunOptions): Promise<string> =>
  (await outputsOf(command, parameters, options)).stdout;

/** As `run`, with what it printed to stderr too. */
export const outputsOf = (
  command: string,
  parameters: readonly string[],
  { cwd }: RunOptions,
): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, env: plainEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve({ stdout: stdout.trimEnd(), stderr: stderr.trimEnd() });
      else {
        const line = [command, ...parameters].join(" ");
        reject(new Error(`${line}: exit ${status ?? signal} in ${cwd}\n${shortened(stdout)}${shortened(stderr)}`));
      }
    });
  });

/** Minified code in an error would bury its message. */
const shortened = (text: string): string => text.replace(/^(.{300}).+$/gm, "$1 …");

/** The environment as a user's shell has it: without what npm and vitest tell their children, but with the way to the registry. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        /^npm_config_(registry|cache|userconfig|globalconfig|cafile)$/i.test(name) ||
        !/^(npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL$)/i.test(name),
    ),
  );

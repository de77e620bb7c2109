// Before packing, in a package's folder: makes the declarations in dist import "./x.js", as the compiled files beside them do. The compiler
// rewrites "./x.ts" in JavaScript only; readers of declarations other than TypeScript do not find x.d.ts by "./x.ts".
import { globSync, readFileSync, writeFileSync } from "node:fs";

const specifier = /(\bfrom |\bimport |\bimport\()(["'])(\.{1,2}\/[^"']+)\.ts\2/g;

for (const path of globSync("dist/**/*.d.ts")) {
  const before = readFileSync(path, "utf8");
  const after = before.replace(specifier, "$1$2$3.js$2");
  if (after !== before) writeFileSync(path, after);
}

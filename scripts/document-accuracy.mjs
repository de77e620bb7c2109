// npm run accuracy: measures every unary function of @agon/tensor over 10⁶ inputs and more, and rewrites the table in the package's README.
import { readFileSync, writeFileSync } from "node:fs";
import { unaryFunctions, worstError } from "../packages/tensor/src/backends/accuracy.test-data.ts";
import { createJsBackend } from "../packages/tensor/src/backends/js/index.ts";
import { createWasmBackend } from "../packages/tensor/src/backends/wasm/index.ts";

const COUNT = 1_000_000;
const readme = new URL("../packages/tensor/README.md", import.meta.url);
const backends = [
  createJsBackend(),
  createWasmBackend({ numerics: "fused" }),
  createWasmBackend({ numerics: "strict" }),
];

/** Rounded up, so that no error is beyond what is written. */
const shown = (ulp) => (Math.ceil(ulp * 1000) / 1000).toFixed(3);

const rows = Object.keys(unaryFunctions).map((op) => {
  const [js, wasm, strict] = backends.map((backend) => worstError(backend, op, COUNT));
  const at = wasm.ulp === 0 ? "" : String(Math.fround(wasm.at));
  console.log(`${op}: js ${shown(js.ulp)}, wasm ${shown(wasm.ulp)} at ${at}, strict ${shown(strict.ulp)}`);
  return `| ${`\`${op}\``.padEnd(12)} | ${shown(js.ulp)} | ${shown(wasm.ulp)} | ${shown(strict.ulp)} | ${at} |`;
});
const table = [
  "| function | js | wasm | wasm-strict | worst on wasm at |",
  "| --- | ---: | ---: | ---: | ---: |",
  ...rows,
].join("\n");
const [start, end] = ["<!-- accuracy -->", "<!-- end of accuracy -->"];
const text = readFileSync(readme, "utf8");
const [before, after] = [text.indexOf(start) + start.length, text.indexOf(end)];
if (before < start.length || after < 0) throw new Error(`${readme.pathname}: ${start} … ${end} is missing.`);
writeFileSync(readme, `${text.slice(0, before)}\n\n${table}\n\n${text.slice(after)}`);

// Softmax, log-softmax, standardising and their gradients: a workgroup for each row of the last dim.
import { sizeOf } from "../../shape.ts";
import type { Expression } from "./expressions.ts";
import { combine, type Kernel, LANES, load, type Maker, partials, type Placed, store } from "./kernel.ts";

/** WGSL of an element of the row, from that of its number. */
type Element = (k: string) => string;

/** A number that the whole row shares: its terms combined in a fixed order. Begins with the last element where `empty` is null. */
const shared = (name: string, columns: number, term: Element, f: Expression, empty: string | null): string => `
var own_${name} = ${empty ?? term(`min(lane, ${columns - 1}u)`)};
for (var k = ${empty === null ? `lane + ${LANES}u` : "lane"}; k < ${columns}u; k += ${LANES}u) {
  own_${name} = ${f(`own_${name}`, term("k"))};
}
partial[lane] = own_${name};
${combine(f)}
workgroupBarrier();
let ${name} = partial[0];
workgroupBarrier();`;

const total = (name: string, columns: number, term: Element): string =>
  shared(name, columns, term, (a, b) => `${a} + ${b}`, "0.0");

const largest = (name: string, columns: number, term: Element): string =>
  shared(name, columns, term, (a, b) => `larger(${a}, ${b})`, null);

/** What the row shares, and then each of its elements. */
type Row = (columns: number, elements: readonly Element[], epsilon: number) => { shared: string[]; element: Element };

const byRow =
  (row: Row): Maker =>
  (inputs, output, { epsilon = 0 }): Kernel => {
    const columns = output.shape[output.shape.length - 1];
    const groups = sizeOf(output.shape) / columns;
    const at = (k: string): string => `block * ${columns}u + ${k}`;
    const elements = inputs.map(
      (input: Placed): Element =>
        (k) =>
          load(input, at(k)),
    );
    const { shared: parts, element } = row(columns, elements, epsilon as number);
    return {
      shared: partials("f32"),
      groups,
      body: `if (block >= ${groups}u) { return; }
${parts.join("\n")}
for (var k = lane; k < ${columns}u; k += ${LANES}u) { ${store(output, at("k"), element("k"))} }`,
    };
  };

/** The mean of a row and 1/√(variance + ε). */
const moments = (columns: number, x: Element, epsilon: number): { parts: string[]; y: Element } => ({
  parts: [
    total("sum", columns, x),
    `let mean = sum / ${columns}.0;`,
    total("spread", columns, (k) => `(${x(k)} - mean) * (${x(k)} - mean)`),
    `let r = 1.0 / sqrt(spread / ${columns}.0 + f32(${epsilon}));`,
  ],
  y: (k) => `(${x(k)} - mean) * r`,
});

export const rows: Readonly<Record<string, Maker>> = {
  softmax: byRow((columns, [x]) => ({
    shared: [largest("most", columns, x), total("sum", columns, (k) => `exp_of(${x(k)} - most)`)],
    element: (k) => `exp_of(${x(k)} - most) / sum`,
  })),
  softmaxGradient: byRow((columns, [g, y]) => ({
    shared: [total("dot_product", columns, (k) => `${g(k)} * ${y(k)}`)],
    element: (k) => `${y(k)} * (${g(k)} - dot_product)`,
  })),
  logSoftmax: byRow((columns, [x]) => ({
    shared: [
      largest("most", columns, x),
      total("sum", columns, (k) => `exp_of(${x(k)} - most)`),
      "let log_sum = log_of(sum);",
    ],
    element: (k) => `${x(k)} - most - log_sum`,
  })),
  logSoftmaxGradient: byRow((columns, [g, y]) => ({
    shared: [total("sum", columns, g)],
    element: (k) => `${g(k)} - exp_of(${y(k)}) * sum`,
  })),
  standardise: byRow((columns, [x], epsilon) => {
    const { parts, y } = moments(columns, x, epsilon);
    return { shared: parts, element: y };
  }),
  standardiseGradient: byRow((columns, [g, x], epsilon) => {
    const { parts, y } = moments(columns, x, epsilon);
    const sums = [total("sum_g", columns, g), total("sum_gy", columns, (k) => `${g(k)} * ${y(k)}`)];
    return {
      shared: [...parts, ...sums],
      element: (k) => `r * (${g(k)} - sum_g / ${columns}.0 - ${y(k)} * (sum_gy / ${columns}.0))`,
    };
  }),
};

// Gather and its gradient. Indices out of range are clamped.
import { sizeOf, stridesOf } from "../../shape.ts";
import { load, type Maker, offsetOf, perElement, type Placed, store } from "./kernel.ts";

const clamped = (index: Placed, at: string, length: number): string =>
  `u32(clamp(${load(index, at)}, 0, ${length - 1}))`;

/** out[…, i, …] = x[…, index[…, i, …], …] */
const gather: Maker = ([x, index], output, attributes) => {
  const dim = attributes.dim as number;
  const strides = stridesOf(x.shape);
  const others = offsetOf(
    "i",
    output.shape,
    strides.map((stride, d) => (d === dim ? 0 : stride)),
  );
  const along = `${clamped(index, "i", x.shape[dim])} * ${strides[dim]}u`;
  return perElement(sizeOf(output.shape), store(output, "i", load(x, `${others} + ${along}`)));
};

/** Each element of the output adds what its line of the index sends there, in the order of the index: no two threads write to one place. */
const scatterAdd: Maker = ([index, values], output, attributes) => {
  const dim = attributes.dim as number;
  const own = stridesOf(output.shape);
  const strides = stridesOf(index.shape);
  const coordinate = (d: number): string => `((i / ${own[d]}u) % ${output.shape[d]}u)`;
  const outside = index.shape.flatMap((length, d) =>
    d !== dim && length < output.shape[d] ? [`${coordinate(d)} >= ${length}u`] : [],
  );
  const line = index.shape.map((_, d) => (d === dim ? "0u" : `${coordinate(d)} * ${strides[d]}u`)).join(" + ");
  const zero = output.dtype === "float32" ? "0.0" : "0";
  const add = `for (var k = 0u; k < ${index.shape[dim]}u; k++) {
  let at = ${line} + k * ${strides[dim]}u;
  if (${clamped(index, "at", output.shape[dim])} == ${coordinate(dim)}) { sum += ${load(values, "at")}; }
}`;
  return perElement(
    sizeOf(output.shape),
    `var sum = ${zero};
${outside.length > 0 ? `if (!(${outside.join(" || ")})) { ${add} }` : add}
${store(output, "i", "sum")}`,
  );
};

export const indexed: Readonly<Record<string, Maker>> = { gather, scatterAdd };

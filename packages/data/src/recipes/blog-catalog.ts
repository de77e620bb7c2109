// BlogCatalog as text, made of blogcatalog.mat: who knows whom (network), and who writes about what (group).
import { DataError } from "../readers/data-error.ts";
import { readMat, type SparseMatrix } from "../readers/mat.ts";

/** Lines "a b" with a < b, each link once. */
export async function links(mat: Uint8Array): Promise<Uint8Array> {
  const lines = matrixOf(mat, "network").columns.flatMap((others, node) =>
    Array.from(
      others.filter((other) => other > node),
      (other) => `${node} ${other}\n`,
    ),
  );
  return new TextEncoder().encode(lines.join(""));
}

/** Lines of a node and its labels, parted by spaces. */
export async function labels(mat: Uint8Array): Promise<Uint8Array> {
  const { shape, columns } = matrixOf(mat, "group");
  const labelsOf = Array.from({ length: shape[0] }, (): number[] => []);
  for (const [label, members] of columns.entries()) for (const node of members) labelsOf[node].push(label);
  return new TextEncoder().encode(labelsOf.map((labels, node) => `${node}\t${labels.join(" ")}\n`).join(""));
}

function matrixOf(mat: Uint8Array, name: string): SparseMatrix {
  const matrix = readMat(mat, { file: "blogcatalog.mat" }).get(name);
  if (!matrix) throw new DataError({ file: "blogcatalog.mat", field: name, offset: 0 }, "is missing.");
  return matrix;
}

// Cora as text, made of the pickles ind.cora.* of Planetoid (Yang, Cohen, Salakhutdinov 2016): nodes with features and label, and their links.
import { DataError } from "../readers/data-error.ts";
import { Instance, type Pickled, readPickle } from "../readers/pickle.ts";

/** The split of the paper: the first 140 nodes train, the next 500 validate, those of test.index test. */
const TRAIN = 140;
const VALIDATION = 500;

/** Lines "a b" with a < b, each link once, of the dictionary of neighbours (graph), where each stands at both its ends. */
export async function links(graph: Uint8Array): Promise<Uint8Array> {
  const neighbours = readPickle(graph);
  if (!(neighbours instanceof Instance)) throw unexpected("graph", "a dictionary");
  const lines = [...neighbours.items].flatMap(([node, others]) => {
    const later = (others as number[]).filter((other) => other > Number(node));
    return [...new Set(later)]
      .sort((a, b) => a - b)
      .map((other) => ({ node: Number(node), line: `${node} ${other}\n` }));
  });
  lines.sort((a, b) => a.node - b.node);
  return new TextEncoder().encode(lines.map(({ line }) => line).join(""));
}

/** Lines of node, class, part of the split, and which words it has: of rows (allx), one-hot labels (ally), and those of the nodes of test.index (tx, ty). */
export async function nodes(...[allx, ally, tx, ty, order]: Uint8Array[]): Promise<Uint8Array> {
  const test = new TextDecoder().decode(order).trim().split("\n").map(Number);
  const known = [...rowsOf(allx, "allx")].map((words, node) => ({ node, words }));
  const labels = [...labelsOf(ally, "ally"), ...labelsOf(ty, "ty")];
  const all = [...known, ...rowsOf(tx, "tx").map((words, i) => ({ node: test[i], words }))].map((row, i) => {
    const testing = i >= known.length;
    const part = testing ? "test" : i < TRAIN ? "train" : i < TRAIN + VALIDATION ? "val" : "none";
    return { ...row, line: `${row.node}\t${labels[i]}\t${part}\t${row.words.join(" ")}\n` };
  });
  all.sort((a, b) => a.node - b.node);
  return new TextEncoder().encode(all.map(({ line }) => line).join(""));
}

/** Of each row of a scipy.sparse.csr_matrix the columns that are not zero, ascending. */
function rowsOf(pickle: Uint8Array, name: string): number[][] {
  const matrix = readPickle(pickle);
  if (!(matrix instanceof Instance && matrix.state instanceof Map)) throw unexpected(name, "a sparse matrix");
  const starts = arrayOf(matrix.state.get("indptr"), name).data;
  const columns = arrayOf(matrix.state.get("indices"), name).data;
  return starts.slice(1).map((end, row) => columns.slice(starts[row], end).sort((a, b) => a - b));
}

/** Where each row of a matrix of zeros has its one. */
function labelsOf(pickle: Uint8Array, name: string): number[] {
  const { shape, data } = arrayOf(readPickle(pickle), name);
  return Array.from({ length: shape[0] }, (_, row) => data.slice(row * shape[1], (row + 1) * shape[1]).indexOf(1));
}

/** A numpy.ndarray of 32-bit integers, whose state is version, shape, type, order and bytes. */
function arrayOf(array: Pickled | undefined, name: string): { shape: number[]; data: number[] } {
  if (!(array instanceof Instance && Array.isArray(array.state))) throw unexpected(name, "an array");
  const [, shape, type, , bytes] = array.state as [number, number[], Instance, boolean, string];
  if (type.arguments[0] !== "i4") throw unexpected(name, "32-bit integers");
  const view = new DataView(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
  return { shape, data: Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true)) };
}

const unexpected = (name: string, what: string): DataError =>
  new DataError({ file: `ind.cora.${name}`, field: "pickle", offset: 0 }, `expected ${what}.`);

// The two clubs that the karate club of 34 became (Zachary 1977, table 3), node by node.
const MR_HI = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22]);

/** Lines of node, from 1 on, label and club's head. */
export async function clubs(): Promise<Uint8Array> {
  const lines = Array.from({ length: 34 }, (_, i) => `${i + 1}\t${MR_HI.has(i + 1) ? "0\tMr. Hi" : "1\tOfficer"}\n`);
  return new TextEncoder().encode(lines.join(""));
}

// Metrics that see through an imbalance: 99 sound parts, one cracked, and two ways to find it: npm run example examples/imbalance.ts
import { accuracy, auc, averagePrecision, f1, recall } from "@agon/metrics";

const cracked = Array.from({ length: 100 }, (_, i) => Number(i === 50));

/** Says "sound" whatever it sees. */
const careless = cracked.map(() => 0.1);
/** Suspects five parts, the cracked one among them. */
const careful = cracked.map((_, i) => (Math.abs(i - 49) <= 2 ? 0.6 : 0.1));

for (const [name, scores] of Object.entries({ careless, careful })) {
  const decided = { threshold: 0.5 };
  const shown = {
    accuracy: accuracy(scores, cracked, decided),
    recall: recall(scores, cracked, decided),
    f1: f1(scores, cracked, decided),
    auc: auc(scores, cracked),
    averagePrecision: averagePrecision(scores, cracked),
  };
  const cells = Object.entries(shown).map(([metric, value]) => `${metric} ${value.toFixed(2)}`);
  console.log(`${name}: ${cells.join(", ")}`);
}
// → careless: accuracy 0.99, recall 0.00, f1 0.00, auc 0.50, averagePrecision 0.01
// → careful: accuracy 0.96, recall 1.00, f1 0.33, auc 0.98, averagePrecision 0.20

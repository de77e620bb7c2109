// Prints "PASSED FAILED" from vitest's JSON report, for .ci/run: node scripts/count-tests.mjs REPORT EXIT-STATUS
import { existsSync, readFileSync } from "node:fs";

const [report, status] = process.argv.slice(2);
let passed = 0;
let failed = 0;
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  passed = numPassedTests;
  // A file that could not be loaded has no tests to count: it counts as one failure.
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  failed = numFailedTests + broken.length;
}
// Whatever else made vitest fail (no report, an unhandled rejection) is a failure too.
if (status !== "0" && failed === 0) failed = 1;
console.log(`${passed} ${failed}`);

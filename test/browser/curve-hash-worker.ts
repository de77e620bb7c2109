// Runs in a worker of the test's page: answers each run with its curve hash.
import { type CurveRun, curveHashOf } from "./curve-hash.ts";

self.onmessage = async ({ data }: MessageEvent<CurveRun>) => {
  try {
    self.postMessage(await curveHashOf(data));
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};

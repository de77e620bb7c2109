// Starts in a worker and says how it went.
import { descend, start } from "./start-program.ts";

start().then(
  async (result) => self.postMessage({ ...result, losses: await descend() }),
  (error: unknown) => self.postMessage(String(error)),
);

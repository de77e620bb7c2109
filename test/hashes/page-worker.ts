// Runs all programs in a worker of a page, and answers with their hashes.
import { hashAll, type Setting } from "./programs.ts";

addEventListener("message", async ({ data }: MessageEvent<Setting>) => {
  try {
    postMessage(await hashAll(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

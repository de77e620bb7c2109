// Runs all programs in the Node that runs it, and prints their hashes. The setting comes as JSON.
import { hashAll } from "./programs.ts";

console.log(JSON.stringify(await hashAll(JSON.parse(process.argv[2]))));

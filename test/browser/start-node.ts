// Starts in Node and prints how it went.
import { start } from "./start-program.ts";

console.log(JSON.stringify(await start()));

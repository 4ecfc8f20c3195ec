/** Two processes write a thousand lines each to the pipe that they share as stdout. */
import { appendLines } from "../append-lines.ts";

const isSecond = process.argv[2] === "second";
const other = isSecond
  ? undefined
  : Bun.spawn([process.execPath, import.meta.path, "second"], { stdout: "inherit" });
// Once process.stdout is made, the pipe does not wait for room any more: writes may be refused.
process.stdout.write("");
const line = `${(isSecond ? "b" : "a").repeat(300)}\n`;
for (let block = 0; block < 10; block += 1) appendLines("-", line.repeat(100));
await other?.exited;

/** Two processes write two thousand lines each, at once, to the pipe that they share as stdout. */
import { appendLines } from "../append-lines.ts";

// Once process.stdout is made, the pipe does not wait for room any more: writes may be refused.
process.stdout.write("");
if (process.send) {
  process.on("message", () => writeMany("b"));
  process.send("ready");
} else {
  const { promise: isReady, resolve } = Promise.withResolvers<void>();
  const other = Bun.spawn([process.execPath, import.meta.path], {
    stdout: "inherit",
    ipc: () => resolve(),
  });
  await isReady;
  other.send("go");
  writeMany("a");
  await other.exited;
}

function writeMany(letter: string): void {
  const line = `${letter.repeat(300)}\n`;
  for (let block = 0; block < 20; block += 1) appendLines("-", line.repeat(100));
  process.disconnect?.();
}

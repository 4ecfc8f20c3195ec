import { runCli } from "./cli.ts";
import { output } from "./output.ts";

/** The result could not be printed. */
const RESULT_LOST = 1;

const standardOutput = output();
const code = await runCli(standardOutput);
// A worker goes on after its command has returned: its coordinator says when it is done.
if (code !== undefined) {
  const hasArrived = await standardOutput.flush();
  // A script may have left timers or sockets behind: they must not keep the command alive.
  process.exit(code === 0 && !hasArrived ? RESULT_LOST : code);
}

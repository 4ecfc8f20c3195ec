import { runCli } from "./cli.ts";

const code = await runCli();
// A worker goes on after its command has returned: its coordinator says when it is done.
if (code !== undefined) {
  // What is still on its way to a pipe must arrive before the process ends.
  await new Promise((resolve) => process.stdout.write("", resolve));
  await new Promise((resolve) => process.stderr.write("", resolve));
  // A script may have left timers or sockets behind: they must not keep the command alive.
  process.exit(code);
}

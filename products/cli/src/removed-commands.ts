import type { Command } from "commander";
import type { Output } from "./output.ts";

const api = "run with --address and use the REST API";

/** k6's commands that are not here, and what does the same. */
const removed: Readonly<Record<string, string>> = {
  cloud: "there is no cloud here: bw run runs the test on this machine",
  login: "there is no account to log in to",
  x: "there are no extensions: scripts import npm packages instead",
  pause: `k6 2.0 took it out: ${api}, PATCH /v1/status`,
  resume: `k6 2.0 took it out: ${api}, PATCH /v1/status`,
  scale: "k6 2.0 took it out: give the scenario stages, or another rate",
  status: `k6 2.0 took it out: ${api}, GET /v1/status`,
  stats: `${api}, GET /v1/metrics`,
};

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** Answers each of them with a sentence, where "unknown command" would leave people puzzled. */
export function addRemovedCommands(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  for (const [name, instead] of Object.entries(removed)) {
    program
      .command(name, { hidden: true })
      .argument("[words...]")
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        output.write("stderr", `error: Cannot ${name}: ${instead}\n`);
        end(INVALID_CONFIG);
      });
  }
}

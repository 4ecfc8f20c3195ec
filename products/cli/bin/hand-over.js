import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { findRuntime } from "./find-runtime.js";

/** As in a shell: "not found" and "found, but cannot be run". No test result has these codes. */
const EXIT_NOT_FOUND = 127;
const EXIT_CANNOT_RUN = 126;

/**
 * What Bun is told before it starts, as it can only be told then, by command; the user's own
 * setting wins. For `run`: by how much the heap may outgrow what is alive before garbage is
 * collected, as JavaScriptCore would let it grow to the fourfold on a machine with much memory
 * (docs/decisions/0009). A server that is sent large bodies needs that room.
 */
const settings = new URL("./runtime-environment.json", import.meta.url);
const runtimeEnvironments = JSON.parse(readFileSync(settings, "utf8"));

/**
 * Runs Bun with these arguments in this process's place: same streams, same signals, same end.
 *
 * @param {readonly string[]} bunArguments
 * @param {string | undefined} command the user's first word
 */
export function handOver(bunArguments, command) {
  const runtime = findRuntime();
  if ("problem" in runtime) return giveUp(runtime.problem, EXIT_NOT_FOUND);
  const child = spawn(runtime.path, bunArguments, {
    stdio: "inherit",
    env: { ...runtimeEnvironments[command], ...process.env },
  });
  child.on("error", (error) => {
    giveUp(`Cannot start Bun: ${error.message}: run npm install again`, EXIT_CANNOT_RUN);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    // Dies as the child did, so that a shell or supervisor sees the same end.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    process.exitCode = 128 + constants.signals[signal];
  });
  passSignals(child);
}

/** @param {import("node:child_process").ChildProcess} child */
function passSignals(child) {
  // On Windows there are none: closing the console or Ctrl-C tells the child directly.
  const pass = (signal) => process.platform !== "win32" && child.kill(signal);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  // A terminal sends Ctrl-C to its whole foreground group, the child included: a second one from
  // here would read as "end at once". Without a terminal, whoever sent it sent it here alone.
  process.on("SIGINT", (signal) => hasTerminal() || pass(signal));
  endIfDeaf(child);
}

/** A program that was asked twice and has not ended this long after cannot hear. */
const DEAF_MS = 3000;
/** One press of Ctrl-C may arrive several times. */
const SAME_PRESS_MS = 100;

/**
 * A script that loops for ever without a call keeps Bun from hearing anything. The second Ctrl-C is
 * to end at once, so what cannot do that by itself is killed.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function endIfDeaf(child) {
  let firstMs;
  process.on("SIGINT", () => {
    const nowMs = performance.now();
    firstMs ??= nowMs;
    if (nowMs - firstMs >= SAME_PRESS_MS) setTimeout(() => child.kill("SIGKILL"), DEAF_MS).unref();
  });
}

function hasTerminal() {
  try {
    closeSync(openSync("/dev/tty"));
    return true;
  } catch {
    return process.platform === "win32";
  }
}

function giveUp(problem, exitCode) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = exitCode;
}

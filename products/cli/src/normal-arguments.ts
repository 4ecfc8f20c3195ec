/** k6's yes-or-no flags: its parser takes "--throw=false" as well, which commander does not. */
const switches: ReadonlySet<string> = new Set([
  "paused",
  "no-setup",
  "no-teardown",
  "insecure-skip-tls-verify",
  "no-connection-reuse",
  "no-vu-connection-reuse",
  "throw",
  "discard-response-bodies",
  "include-system-env-vars",
  "no-thresholds",
  "new-machine-readable-summary",
  "linger",
  "no-usage-report",
  "no-color",
  "quiet",
  "verbose",
  "profiling-enabled",
  "execution-requirements",
  "exclude-env-vars",
  "force",
  "json",
]);

/** Flags of fasthttp_hpdummy_server, which come with one dash as Go's do. */
const goFlag = /^-(addr|grpc-addr|buffer-size|mem-interval|pprof-addr)(=.*)?$/s;

/**
 * The command line as commander understands it: "-u=5" in two words, a switch with its value as
 * the switch alone or not at all, and `--http-debug` with the value that k6 gives it.
 */
export function normalArguments(given: readonly string[]): readonly string[] {
  const end = given.indexOf("--");
  const flags = end === -1 ? given : given.slice(0, end);
  return [...flags.flatMap(normalArgument), ...given.slice(flags.length)];
}

function normalArgument(argument: string): readonly string[] {
  if (argument === "--http-debug") return ["--http-debug=headers"];
  if (goFlag.test(argument)) return [`-${argument}`];
  // There its access log is off by default, as here.
  if (/^-quiet(=true|=1)?$/.test(argument)) return [];
  if (/^-quiet=(false|0)$/.test(argument)) return ["--access-log"];
  const short = /^-([a-zA-Z])=(.*)$/s.exec(argument);
  if (short) return [`-${short[1]}`, short[2]!];
  const [, name = "", value] = /^--([a-z-]+)=(true|false|1|0)$/.exec(argument) ?? [];
  if (!switches.has(name)) return [argument];
  if (value === "true" || value === "1") return [`--${name}`];
  // The only one that is on by itself.
  return name === "include-system-env-vars" ? [`--no-${name}`] : [];
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Glob } from "bun";
import { answer } from "./stand-in/answer.ts";
import { type StandIn, startStandIn } from "./stand-in/stand-in.ts";

/**
 * Runs k6's own examples by k6 and by `bw`, against stand-ins for the hosts that they name, and
 * tells where the two differ: `bun tests/k6-compat/examples.ts K6 EXAMPLES [NAME…]`.
 *
 * They are k6's and not copied here; EXAMPLES is the folder in a checkout of it. Some name a port
 * of this machine: 8080 and 8888 are taken by stand-ins, and on 10000 k6's own gRPC test server
 * (internal/lib/testutils/grpcservice) has to listen already. Those of browser/ are run when they
 * are named, by ours alone.
 */
const [k6 = "k6", examples = "", ...names] = process.argv.slice(2);
const bw = [process.execPath, join(import.meta.dir, "../../products/cli/src/main.ts")];

/** What an example needs to be run with; k6 and we get the same. */
const extra: Readonly<Record<string, readonly string[]>> = {
  "secrets/secrets.test.js": ["--secret-source", "mock=cool=k6-secret"],
  "secrets/multi-source.test.js": [
    "--secret-source",
    "mock=default,cool=one",
    "--secret-source",
    "mock=name=another,cool=two",
  ],
  "secrets/totp.test.js": ["--secret-source", "mock=totp_secret=JBSWY3DPEHPK3PXP"],
  "secrets/url-source.test.js": [
    "--secret-source",
    "url=urlTemplate=http://localhost:8888/secrets/{key}/decrypt,responsePath=plaintext",
  ],
  // Its default path is one that k6 has moved away from.
  "grpc_client_streaming.js": [
    "-e",
    "GRPC_PROTO_PATH=../internal/lib/testutils/grpcservice/route_guide.proto",
  ],
};

/** k6 cannot fetch these imports without a network: only ours is judged. */
const oursAlone = new Set(["secrets/totp.test.js", "websockets/ws.js"]);

const secrets: Readonly<Record<string, string>> = {
  "my-secret-key": "my-secret-key-value",
  "api-key": "super-secret-api-key-12345",
  "database-pass": "db-password-xyz789",
};

interface Ended {
  readonly code: number;
  readonly log: string;
}

await using standIn = startStandIn();
/** Until the browser heeds the option `hosts`. */
const browserArguments = [
  `host-resolver-rules=MAP *:443 127.0.0.1:${standIn.httpsPort}`,
  "ignore-certificate-errors",
].join(",");
using _shop = onPort(8080, (request) => answer(request, "127.0.0.1"));
using _vault = onPort(8888, ({ url }) => {
  const [, , key = ""] = new URL(url).pathname.split("/");
  return Response.json({ plaintext: secrets[key] }, { status: key in secrets ? 200 : 404 });
});
const folder = await mkdtemp(join(tmpdir(), "k6-examples-"));
const config = join(folder, "config.json");
await Bun.write(config, JSON.stringify(options(standIn)));
const all = [...new Glob("**/*.{js,ts}").scanSync(examples)]
  .filter((path) => !/\/(imported|user)\.[jt]s$/.test(path))
  .filter((path) => !path.startsWith("browser/") || names.length > 0)
  .filter((path) => names.length === 0 || names.some((name) => path.includes(name)))
  .sort();
let differing = 0;
for (const path of all) {
  const theirs =
    oursAlone.has(path) || path.startsWith("browser/") ? undefined : await run([k6], path);
  const ours = await run(bw, path);
  const same = theirs ? isSame(theirs, ours) : isFine(ours);
  if (!same) differing += 1;
  process.stdout.write(
    `${same ? "same" : "DIFF"} ${path} k6 ${theirs?.code ?? "-"} bw ${ours.code}\n`,
  );
  if (!same) process.stdout.write(`  k6: ${shown(theirs?.log ?? "")}\n  bw: ${shown(ours.log)}\n`);
}
process.stdout.write(`${all.length - differing} of ${all.length} the same\n`);
await rm(folder, { recursive: true });

/** Every host that the examples name, at the stand-in. */
function options({ httpPort, httpsPort }: StandIn): object {
  const named = ["httpbin.org", "quickpizza.grafana.com", "echo.websocket.org", "api.github.com"];
  const others = ["sha256.badssl.com", "stackoverflow.com", "dev-li-david.pantheonsite.io"];
  const hosts = [...named, ...others].flatMap((host) => [
    [`${host}:80`, `127.0.0.1:${httpPort}`],
    [`${host}:443`, `127.0.0.1:${httpsPort}`],
  ]);
  return { insecureSkipTLSVerify: true, hosts: Object.fromEntries(hosts) };
}

async function run(command: readonly string[], path: string): Promise<Ended> {
  const fixed = ["run", "-q", "--no-color", "--log-format", "json", "-c", config];
  const script = join(examples, path);
  const once = /malicious|experimental.fs|csv|^browser/.test(path) ? [] : ["-u", "1", "-i", "1"];
  const brief = path.includes("malicious") ? ["-d", "1s"] : [];
  const args = [...fixed, ...once, ...brief, ...(extra[path] ?? []), basename(script)];
  const child = Bun.spawn([...command, ...args], {
    cwd: dirname(script),
    env: { ...process.env, K6_NO_USAGE_REPORT: "true", K6_BROWSER_ARGS: browserArguments },
    stdout: "ignore",
    stderr: "pipe",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const log = await child.stderr.text();
  return { code: await child.exited, log };
}

function onPort(
  port: number,
  fetch: (request: Request) => Response | Promise<Response>,
): Disposable {
  const server = Bun.serve({ hostname: "localhost", port, fetch });
  return { [Symbol.dispose]: () => void server.stop(true) };
}

/** The same number of lines at each level: what they say may hold times and ids. */
function isSame(theirs: Ended, ours: Ended): boolean {
  return theirs.code === ours.code && levels(theirs.log) === levels(ours.log);
}

function isFine({ code, log }: Ended): boolean {
  return code === 0 && parsed(log).every(({ level }) => level !== "error");
}

function levels(log: string): string {
  const lines = parsed(log).filter(({ level }) => !level.startsWith("warn"));
  const found = lines.map(({ level, source }) => `${level} ${source === "console"}`);
  return found.sort().join();
}

function parsed(log: string): { level: string; msg: string; source?: string }[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

function shown(log: string): string {
  const lines = parsed(log).map(({ level, msg }) => `${level} ${msg}`);
  return (lines.join(" | ") || log).slice(0, 600).replaceAll("\n", "\\n");
}

import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Glob } from "bun";

/** A real PostgreSQL in a folder of its own. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** At once, as a crash: connections are cut, what was not committed is lost. */
  crash(): Promise<void>;
  /** Again, at the same place. */
  start(): Promise<void>;
}

/** Where its programs are; undefined when it is not installed, or only root could run it. */
export function findPostgres(): string | undefined {
  const [debian] = new Glob("/usr/lib/postgresql/*/bin/initdb").scanSync({ absolute: true });
  const initdb = debian ?? Bun.which("initdb");
  if (initdb === null || !existsSync(join(dirname(initdb), "postgres"))) return undefined;
  return isRoot() && Bun.which("setpriv") === null ? undefined : dirname(initdb);
}

/** Refuses to run as root, so as root it is run by "nobody". */
export async function postgresServer(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "breakwater-postgres-"));
  if (isRoot()) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, "data");
  const settings = ["-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--locale=C"];
  await run([join(programs, "initdb"), "-D", data, ...settings], folder);
  const port = freePort();
  let child: Bun.Subprocess | undefined;
  const start = async () => {
    child = await startServer([join(programs, "postgres"), "-D", data, "-p", `${port}`], folder);
  };
  await start();
  const crash = async () => {
    // An immediate shutdown: it ends all of its processes, so that it can start again at once.
    child?.kill("SIGQUIT");
    await child?.exited;
  };
  return {
    port,
    url: `postgres://app:s3cret@127.0.0.1:${port}/postgres`,
    crash,
    start,
    [Symbol.asyncDispose]: async () => {
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const NOBODY = 65_534;

async function startServer(command: readonly string[], folder: string): Promise<Bun.Subprocess> {
  const settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k", folder];
  const child = Bun.spawn([...asNobody(), ...command, ...settings], {
    cwd: folder,
    stdout: "ignore",
    stderr: "pipe",
  });
  const log = child.stderr.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  while (!text.includes("ready to accept connections")) {
    const { value, done } = await log.next();
    if (done) throw new Error(`postgres ended: ${text}`);
    text += value;
  }
  // It must be able to go on writing its log.
  void (async () => {
    while (!(await log.next()).done);
  })();
  return child;
}

async function run(command: readonly string[], folder: string): Promise<void> {
  const child = Bun.spawn([...asNobody(), ...command], { cwd: folder, stderr: "pipe" });
  const text = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`${command[0]} failed: ${text}`);
}

/** It cannot choose one itself. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asNobody(): readonly string[] {
  if (!isRoot()) return [];
  return ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];
}

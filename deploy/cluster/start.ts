import { parseArgs } from "node:util";
import { type Cluster, startCluster } from "./cluster.ts";
import { ClusterError } from "./program.ts";

const usage = `Three instances of the sample service (examples/api) behind HAProxy, with shared limits
and a shared cache in Redis, and one database, until Ctrl-C

  npm run cluster -- [--port N]

  --port N   where clients connect (8080; 0 for any free port)
  --help     this text

Variables are for every instance: RATE_LIMIT=5000/min MAX_CCU=2000 npm run cluster. The database is
an SQLite file of its own, or what DATABASE_URL says: postgres://user:password@host/name.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { port, help } = readArguments();
    if (help) console.log(usage);
    else await runCluster(port);
    return 0;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    console.error(`error: ${error.message}`);
    return 1;
  }
}

function readArguments(): { readonly port: number; readonly help: boolean } {
  const { port, help } = parsed();
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return { port: Number(port), help };
  throw new ClusterError(`Cannot listen on port "${port}": give a number from 0 to 65535`);
}

function parsed(): { readonly port: string; readonly help: boolean } {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "8080" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new ClusterError((error as Error).message);
  }
}

async function runCluster(port: number): Promise<void> {
  const asked = askedToStop();
  const cluster = await startCluster({ port, environment: process.env });
  console.log(told(cluster));
  const stopping = tellWhoEnds(cluster);
  await asked.first;
  console.error("Stopping: again to end it at once");
  stopping.abort();
  void asked.second.then(() => cluster.kill());
  await cluster.stop();
}

function told({ url, statusUrl, logFolder, redisSocket, instances, programs }: Cluster): string {
  const pids = new Map(programs.map(({ name, pid }) => [name, pid]));
  return [
    `Listening on ${url}/`,
    `  haproxy  pid ${pids.get("haproxy")}, who is up: ${statusUrl}/`,
    ...instances.map(
      (one) => `  ${one.name}     pid ${one.pid}, ${one.url}/, metrics: ${one.metricsUrl}`,
    ),
    `  redis    pid ${pids.get("redis")}, ${redisSocket}`,
    `Logs are in ${logFolder}. Ctrl-C stops all.`,
  ].join("\n");
}

/** Until it is aborted. */
function tellWhoEnds({ programs }: Cluster): AbortController {
  const stopping = new AbortController();
  for (const { name, ended } of programs) {
    void ended.then((how) => {
      if (!stopping.signal.aborted) console.error(`${name} has ended: ${how}`);
    });
  }
  return stopping;
}

/** A signal may come twice, by its group and by npm: nobody presses Ctrl-C twice so quickly. */
const SAME_REQUEST_MS = 100;

function askedToStop(): { readonly first: Promise<void>; readonly second: Promise<void> } {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let firstMs: number | undefined;
  const asked = (): void => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      first.resolve();
    } else if (performance.now() - firstMs >= SAME_REQUEST_MS) {
      second.resolve();
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, asked);
  return { first: first.promise, second: second.promise };
}

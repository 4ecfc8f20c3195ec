import type { Database, PoolSnapshot, QueryEvent } from "@breakwater/database";
import type { ServiceMetrics } from "@breakwater/service";

/** What the database was asked, since the beginning. */
export class QueryCounts {
  all = 0;
  failed = 0;
  seconds = 0;

  add({ durationMs, error }: QueryEvent): void {
    this.all += 1;
    this.seconds += durationMs / 1000;
    if (error !== undefined) this.failed += 1;
  }
}

/** Tells of the pool and of the queries; everything is read at a scrape. */
export function registerDatabaseMetrics(
  metrics: ServiceMetrics,
  database: Database,
  queries: QueryCounts,
): void {
  for (const [name, help, value] of gauges) {
    metrics.registerGauge({ name, help, read: () => value(database.snapshot()) });
  }
  for (const [name, help, value] of counters) {
    metrics.registerCounter({ name, help, read: () => value(database.snapshot(), queries) });
  }
}

type Row<Source extends readonly unknown[]> = readonly [
  name: string,
  help: string,
  value: (...from: Source) => number,
];

const gauges: readonly Row<[PoolSnapshot]>[] = [
  ["database_connections_max", "How many may be open.", ({ maxOpen }) => maxOpen],
  ["database_connections_open", "How many are.", ({ open }) => open],
  ["database_connections_idle", "Open ones that nobody uses.", ({ idle }) => idle],
  ["database_connections_in_use", "Those that somebody uses.", ({ inUse }) => inUse],
  ["database_connections_waiting", "Who waits for one.", ({ waiting }) => waiting],
];

const counters: readonly Row<[PoolSnapshot, QueryCounts]>[] = [
  ["database_connections_wait_total", "Who had to wait for one.", ({ waitCount }) => waitCount],
  [
    "database_connections_wait_seconds_total",
    "How long all of them waited.",
    ({ waitMs }) => waitMs / 1000,
  ],
  ["database_queries_total", "Queries that have ended.", (_pool, { all }) => all],
  ["database_queries_failed_total", "Those that failed.", (_pool, { failed }) => failed],
  ["database_query_seconds_total", "How long all took.", (_pool, { seconds }) => seconds],
];

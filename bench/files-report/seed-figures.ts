/**
 * What the seed's report says of the original: Go 1.20 as on a t3.micro (one core by GOMAXPROCS=1,
 * 900 MiB by GOMEMLIMIT), real S3 behind, k6 on the same machine.
 */
export interface SeedLoad {
  readonly peakUsers: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly avgMs: number;
  readonly medMs?: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly checksPassed: number;
  readonly note?: string;
}

export const seedMicro: Readonly<
  Record<string, readonly [ns: number, bytes: number, allocs: string]>
> = {
  PingHandler: [1330, 1777, "18"],
  PingHandlerParallel: [1286, 6539, "26"],
  JSONSerialization: [1267, 1777, "18"],
  BatchDownloadRequestParsing: [15_118, 11_556, "85"],
  CacheGet: [133, 13, "–"],
  CacheSet: [702, 285, "–"],
  CacheGetParallel: [37, 13, "–"],
  CacheMixedReadWrite: [195, 13, "–"],
  CacheClear: [25_000, 2445, "–"],
  CacheMemoryPressure: [981, 364, "–"],
};

export const seedLoads: Readonly<Record<string, SeedLoad>> = {
  ping: {
    ...{ peakUsers: 200, requests: 226_115, requestsPerSecond: 753, avgMs: 0.352, medMs: 0.273 },
    ...{ p90Ms: 0.651, p95Ms: 0.839, maxMs: 5.76, checksPassed: 1 },
  },
  read: {
    ...{ peakUsers: 300, requests: 119_785, requestsPerSecond: 399, avgMs: 170 },
    ...{ p90Ms: 327, p95Ms: 496, maxMs: 9290, checksPassed: 0.9814 },
    note: "92 % of the lists under 500 ms: S3's latency",
  },
  upload: {
    ...{ peakUsers: 100, requests: 11_470, requestsPerSecond: 32.7, avgMs: 255 },
    ...{ p90Ms: 423, p95Ms: 533, maxMs: 4110, checksPassed: 0.9999 },
    note: "594 MB sent to S3; one upload took more than 3 s",
  },
  batch: {
    ...{ peakUsers: 50, requests: 4947, requestsPerSecond: 15, avgMs: 326 },
    ...{ p90Ms: Number.NaN, p95Ms: 459, maxMs: Number.NaN, checksPassed: 1 },
    note: "326 ms is the batch upload's mean; a batch download took 3.66 ms",
  },
  soak: {
    ...{ peakUsers: 20, requests: 3988, requestsPerSecond: 4.37, avgMs: 4050, medMs: 234 },
    ...{ p90Ms: 12_550, p95Ms: 14_410, maxMs: 36_140, checksPassed: 0.73 },
    note: "54 % of the answers took 300 ms or more; the threshold p(95)<500 failed",
  },
  breaking_point: {
    ...{ peakUsers: 5000, requests: 20_646_639, requestsPerSecond: 32_009, avgMs: 59 },
    ...{ medMs: 39.8, p90Ms: 144.7, p95Ms: 162, maxMs: 310, checksPassed: 1 },
  },
};

/** alloc_mb, sys_mb, collections, goroutines. */
export const seedMemory: readonly (readonly [string, number, number, number, number])[] = [
  ["Startup", 2.4, 11.7, 0, 6],
  ["After ping", 5.4, 28.1, 219, 6],
  ["After ping, read, upload and batch", 19.3, 77.8, 3493, 9],
  ["After the breaking point", 44.4, 140.5, 13_959, 6],
  ["After the soak", 7.8, 186, 2838, 6],
];

/** Users and requests/s, by the end of each stage. */
export const seedCurve: readonly (readonly [users: number, perSecond: number])[] = [
  [52, 36_000],
  [200, 35_000],
  [500, 34_000],
  [1000, 32_000],
  [2000, 32_000],
  [3000, 31_000],
  [4000, 30_000],
  [5000, 30_000],
];

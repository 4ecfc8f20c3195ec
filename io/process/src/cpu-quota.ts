import { posix } from "node:path";

/** The text of a file, or `undefined` when it cannot be read. */
export type TryRead = (path: string) => string | undefined;

/**
 * How many cores' worth of time the control groups of this process allow it (Linux: `docker
 * --cpus`, a Kubernetes limit); `Infinity` when nothing limits it. Every group above counts too.
 */
export function cpuQuota(tryRead: TryRead): number {
  const groups = parseGroups(tryRead("/proc/self/cgroup") ?? "");
  const quotas = groups.flatMap(({ controllers, path }) => {
    // Version 2 has one tree, without a controller list; version 1 has one tree per controller.
    if (controllers === "") {
      return ancestors(path).map((group) => quotaV2(tryRead, `/sys/fs/cgroup${group}`));
    }
    if (!controllers.split(",").includes("cpu")) return [];
    return ancestors(path).map((group) => quotaV1(tryRead, `/sys/fs/cgroup/cpu${group}`));
  });
  return Math.min(Number.POSITIVE_INFINITY, ...quotas);
}

interface Group {
  readonly controllers: string;
  readonly path: string;
}

/** Lines of `id:controllers:path`. */
function parseGroups(text: string): Group[] {
  return [...text.matchAll(/^\d+:([^:]*):(\/.*)$/gm)].map(([, controllers = "", path = "/"]) => ({
    controllers,
    path,
  }));
}

/** The group and those above it up to the root, which is "". */
function ancestors(path: string): string[] {
  const parts = posix.normalize(path).split("/").filter(Boolean);
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    parts
      .slice(0, depth)
      .map((part) => `/${part}`)
      .join(""),
  );
}

/** cpu.max is "<microseconds or max> <microseconds of a period>". */
function quotaV2(tryRead: TryRead, folder: string): number {
  const [quotaUs, periodUs] = (tryRead(`${folder}/cpu.max`) ?? "").trim().split(" ");
  return cores(quotaUs, periodUs);
}

function quotaV1(tryRead: TryRead, folder: string): number {
  const quotaUs = tryRead(`${folder}/cpu.cfs_quota_us`)?.trim(); // -1 is none
  return cores(quotaUs, tryRead(`${folder}/cpu.cfs_period_us`)?.trim());
}

function cores(quotaUs: string | undefined, periodUs: string | undefined): number {
  const ratio = Number(quotaUs) / Number(periodUs);
  return ratio > 0 ? ratio : Number.POSITIVE_INFINITY;
}

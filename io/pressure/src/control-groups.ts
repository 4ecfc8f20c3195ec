import { posix } from "node:path";

/** The text of a file, or `undefined` when it cannot be read. */
export type TryRead = (path: string) => string | undefined;

/**
 * How much memory the control groups of this process leave it (Linux: `docker --memory`, a
 * Kubernetes limit), at most that of the machine. Every group above counts too.
 */
export function memoryLimitBytes(tryRead: TryRead, machineBytes: number): number {
  const limits = foldersOf(tryRead, "memory").map(({ path, isV2 }) => {
    // "max" is no limit in version 2, about 2^63 in version 1.
    const text = tryRead(`${path}/${isV2 ? "memory.max" : "memory.limit_in_bytes"}`);
    return positive(Number(text?.trim()));
  });
  return Math.min(machineBytes, ...limits);
}

/** How many cores' worth of CPU time they allow, at most those of the machine; has fractions. */
export function allowedCores(tryRead: TryRead, machineCores: number): number {
  const quotas = foldersOf(tryRead, "cpu").map(({ path, isV2 }) => {
    const [quota, period] = isV2
      ? (tryRead(`${path}/cpu.max`) ?? "").trim().split(" ") // "max" is none
      : [tryRead(`${path}/cpu.cfs_quota_us`), tryRead(`${path}/cpu.cfs_period_us`)]; // -1 is none
    return positive(Number(quota) / Number(period));
  });
  return Math.min(machineCores, ...quotas);
}

/** Infinity, no limit, for what is not a number above 0. */
function positive(value: number): number {
  return value > 0 ? value : Number.POSITIVE_INFINITY;
}

interface Folder {
  readonly path: string;
  readonly isV2: boolean;
}

/** Where one controller's files of this process lie, of its group and all above. */
function foldersOf(tryRead: TryRead, controller: string): Folder[] {
  // Lines of "id:controllers:path". Version 2 has one tree, without controllers; version 1 has one
  // per controller.
  const lines = (tryRead("/proc/self/cgroup") ?? "").matchAll(/^\d+:([^:]*):(\/.*)$/gm);
  return [...lines].flatMap(([, controllers = "", group = "/"]) => {
    const isV2 = controllers === "";
    if (!isV2 && !controllers.split(",").includes(controller)) return [];
    const root = isV2 ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controller}`;
    return upwards(group).map((path) => ({ path: root + path, isV2 }));
  });
}

/** The group and those above it, up to the root, which is "". */
function upwards(group: string): string[] {
  const path = posix.resolve("/", group);
  return path === "/" ? [""] : [path, ...upwards(posix.dirname(path))];
}

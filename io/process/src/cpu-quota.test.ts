import { expect, test } from "bun:test";
import { cpuQuota } from "./cpu-quota.ts";

const v2 = "/sys/fs/cgroup";
const v1 = "/sys/fs/cgroup/cpu";
const none = Number.POSITIVE_INFINITY;

test.each<[string, string, Record<string, string>, number]>([
  ["no control groups", "", {}, none],
  ["a group without a file", "0::/a\n", {}, none],
  ["a group without a quota", "0::/\n", { [`${v2}/cpu.max`]: "max 100000\n" }, none],
  ["docker --cpus 1.5", "0::/\n", { [`${v2}/cpu.max`]: "150000 100000\n" }, 1.5],
  [
    "the group above with less",
    "0::/pod/app\n",
    { [`${v2}/pod/app/cpu.max`]: "400000 100000\n", [`${v2}/pod/cpu.max`]: "200000 100000\n" },
    2,
  ],
  [
    "version 1",
    "5:cpu,cpuacct:/box\n4:memory:/other\n",
    { [`${v1}/box/cpu.cfs_quota_us`]: "50000\n", [`${v1}/box/cpu.cfs_period_us`]: "100000\n" },
    0.5,
  ],
  [
    "version 1 in a container, which sees its group as the root",
    "5:cpuacct,cpu:/docker/0123\n",
    { [`${v1}/cpu.cfs_quota_us`]: "300000\n", [`${v1}/cpu.cfs_period_us`]: "100000\n" },
    3,
  ],
  [
    "version 1 without a quota",
    "1:cpu:/\n",
    { [`${v1}/cpu.cfs_quota_us`]: "-1\n", [`${v1}/cpu.cfs_period_us`]: "100000\n" },
    none,
  ],
  ["nonsense", "0::/\n", { [`${v2}/cpu.max`]: "many few\n" }, none],
])("%s", (_name, groups, files, want) => {
  const all: Record<string, string> = { "/proc/self/cgroup": groups, ...files };
  expect(cpuQuota((path) => all[path])).toBe(want);
});

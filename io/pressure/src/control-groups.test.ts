import { describe, expect, test } from "bun:test";
import { allowedCores, memoryLimitBytes } from "./control-groups.ts";

type Files = Readonly<Record<string, string>>;

const v2 = "/sys/fs/cgroup";
const machine = { cores: 8, bytes: 64e9 };

/** In this order: what, /proc/self/cgroup, the other files, and the limit. */
type Case = readonly [what: string, groups: string | undefined, files: Files, want: number];

const memory: readonly Case[] = [
  ["no control groups is the machine's", undefined, {}, 64e9],
  ["a group without a file", "0::/a\n", {}, 64e9],
  ["version 2 without a limit", "0::/\n", { [`${v2}/memory.max`]: "max\n" }, 64e9],
  ["docker --memory 512m", "0::/\n", { [`${v2}/memory.max`]: "536870912\n" }, 536870912],
  [
    "the least of a nested group and those above it",
    "0::/pod/app\n",
    {
      [`${v2}/pod/app/memory.max`]: "4000000\n",
      [`${v2}/pod/memory.max`]: "3000000\n",
      [`${v2}/memory.max`]: "max\n",
    },
    3000000,
  ],
  [
    "version 1, a group of its own",
    "9:cpu,cpuacct:/other\n4:memory:/box\n0::/\n",
    {
      [`${v2}/memory/box/memory.limit_in_bytes`]: "1000000\n",
      [`${v2}/memory/memory.limit_in_bytes`]: "9223372036854771712\n",
    },
    1000000,
  ],
  [
    "version 1 in a container, which sees its group as the root",
    "4:memory:/docker/0123\n",
    { [`${v2}/memory/memory.limit_in_bytes`]: "2000000\n" },
    2000000,
  ],
  ["a limit of more than there is", "0::/\n", { [`${v2}/memory.max`]: "99000000000000\n" }, 64e9],
  ["nonsense", "0::/../..\nx\n", { [`${v2}/memory.max`]: "-12 apples\n" }, 64e9],
  ["an empty file", "0::/\n", { [`${v2}/memory.max`]: "" }, 64e9],
];

const cpu: readonly Case[] = [
  ["no control groups is the machine's", undefined, {}, 8],
  ["a group without a file", "0::/a\n", {}, 8],
  ["version 2 without a quota", "0::/\n", { [`${v2}/cpu.max`]: "max 100000\n" }, 8],
  ["docker --cpus 1.5", "0::/\n", { [`${v2}/cpu.max`]: "150000 100000\n" }, 1.5],
  [
    "the least of a nested group and those above it",
    "0::/pod/app\n",
    { [`${v2}/pod/app/cpu.max`]: "400000 100000", [`${v2}/pod/cpu.max`]: "200000 100000" },
    2,
  ],
  [
    "version 1",
    "5:cpu,cpuacct:/box\n4:memory:/other\n",
    {
      [`${v2}/cpu/box/cpu.cfs_quota_us`]: "50000\n",
      [`${v2}/cpu/box/cpu.cfs_period_us`]: "100000\n",
    },
    0.5,
  ],
  [
    "version 1 in a container, which sees its group as the root",
    "5:cpuacct,cpu:/docker/0123\n",
    {
      [`${v2}/cpu/cpu.cfs_quota_us`]: "300000\n",
      [`${v2}/cpu/cpu.cfs_period_us`]: "100000\n",
    },
    3,
  ],
  [
    "version 1 without a quota",
    "1:cpu:/\n",
    { [`${v2}/cpu/cpu.cfs_quota_us`]: "-1\n", [`${v2}/cpu/cpu.cfs_period_us`]: "100000\n" },
    8,
  ],
  ["a quota above the machine's", "0::/\n", { [`${v2}/cpu.max`]: "3200000 100000\n" }, 8],
  ["nonsense", "0::/\n", { [`${v2}/cpu.max`]: "many few\n" }, 8],
];

const readerOf = (groups: string | undefined, files: Files) => (path: string) =>
  path === "/proc/self/cgroup" ? groups : files[path];

describe("control groups", () => {
  test.each(memory)("memory: %s", (_what, groups, files, want) => {
    expect(memoryLimitBytes(readerOf(groups, files), machine.bytes)).toBe(want);
  });

  test.each(cpu)("CPU: %s", (_what, groups, files, want) => {
    expect(allowedCores(readerOf(groups, files), machine.cores)).toBe(want);
  });
});

import { readFileSync } from "node:fs";

export interface Memory {
  /** Resident now, and the most that ever was; of a process and all its descendants. */
  readonly rssMb: number;
  readonly peakRssMb: number;
}

/** The memory of a process and its descendants; zeros once it has ended. */
export function readMemory(pid: number): Memory {
  const own = readStatus(tryRead(`/proc/${pid}/status`));
  const children = tryRead(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.map(Number).map(readMemory).reduce(add, own);
}

/** The figures of one process, out of its `/proc/PID/status`. MB are 1,000,000 bytes. */
export function readStatus(status: string): Memory {
  return { rssMb: field(status, "VmRSS"), peakRssMb: field(status, "VmHWM") };
}

function field(status: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? "0";
  return (Number(kibibytes) * 1024) / 1_000_000;
}

function add(a: Memory, b: Memory): Memory {
  return { rssMb: a.rssMb + b.rssMb, peakRssMb: a.peakRssMb + b.peakRssMb };
}

/** A process may end between being listed and being read. */
function tryRead(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

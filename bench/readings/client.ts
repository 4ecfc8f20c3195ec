import type { Output, Reading } from "../bench.ts";
import { BenchError } from "../bench-error.ts";

/** Our own clients print what they have counted as one line of JSON. */
export function readClient({ stdout }: Output): Reading {
  try {
    const { requests, seconds, lost, bytes } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    return { requests, seconds, lost, ...(bytes === undefined ? {} : { bytes }) };
  } catch {
    throw new BenchError("output_unreadable", `Cannot read what the client printed: ${stdout}`);
  }
}

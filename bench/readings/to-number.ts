import { BenchError } from "../bench-error.ts";

/** A number out of a tool's report. A report without it is an error: no figure is guessed. */
export function toNumber(value: unknown, what: string, report: string): number {
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new BenchError(
    "output_unreadable",
    `Cannot find ${what} in its report: has its format changed? It begins ` +
      JSON.stringify(report.slice(0, 200)),
  );
}

import { ParameterError } from "../parameter.ts";
import type { AnyFaultKind, Fault } from "./fault.ts";
import { close, early, garbage, reset } from "./faults/answers-instead.ts";
import { badChunk, duplicateLength, truncate, wrongLength } from "./faults/broken-bodies.ts";
import { hugeHeaders } from "./faults/huge-headers.ts";
import { drip, slowHeaders, stall } from "./faults/slow.ts";

export const faultKinds: readonly AnyFaultKind[] = [
  reset,
  close,
  truncate,
  wrongLength,
  slowHeaders,
  drip,
  stall,
  hugeHeaders,
  badChunk,
  garbage,
  duplicateLength,
  early,
];

/** The fault of that name with these parameters. Throws a ParameterError. */
export function parseFault(name: string, parameters: ReadonlyMap<string, string>): Fault {
  const kind = faultKinds.find((one) => one.name === name);
  if (kind !== undefined) return kind.read(parameters);
  const names = faultKinds.map((one) => one.name).join(", ");
  throw new ParameterError("the fault", name, `one of ${names}`);
}

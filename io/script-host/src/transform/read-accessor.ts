import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import type { World } from "./world.ts";

/** A property is what its getter returns; what is written to it is passed to its setter. */
export function readAccessor(
  { flow }: World,
  accessor: CodeUnit,
  kind: "get" | "set",
  place: Place,
): void {
  accessor.bar = kind === "get" ? "getter" : "setter";
  if (kind === "get") flow.flow(accessor.result, place);
  else flow.flow(place, accessor.params[0] ?? nowhere);
}

/** Methods that the language itself calls, where nothing can wait. */
export function isImplicit(key: string): boolean {
  return /^(?:toString|valueOf|toJSON|\[Symbol\](?:toPrimitive|hasInstance))$/.test(key);
}

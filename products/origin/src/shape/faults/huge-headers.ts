import type { Field } from "@breakwater/wire";
import { type AnyFaultKind, bytesParameter, choiceParameter, faultKind } from "../fault.ts";
import { spoil } from "./spoil.ts";

export const hugeHeaders: AnyFaultKind = faultKind({
  name: "huge-headers",
  summary: "The answer with more header bytes than most clients and proxies take",
  parameters: {
    bytes: bytesParameter({
      meaning: "in all, up to 1M; 128K",
      min: 1,
      max: 2 ** 20,
      missing: 131_072,
    }),
    fields: choiceParameter("many, of up to 4K each, or one; many", ["many", "one"]),
  },
  inject: ({ bytes, fields }, exchange, handler) =>
    spoil(exchange, handler, {
      kind: "huge-headers",
      alsoBodiless: true,
      begin: (head) => {
        const filling = fillers(bytes, fields === "one" ? bytes : FIELD_BYTES);
        return exchange.begin({ ...head, fields: [...(head.fields ?? []), ...filling] });
      },
    }),
});

const FIELD_BYTES = 4096;

/** Values of so many bytes together. */
function fillers(bytes: number, fieldBytes: number): readonly Field[] {
  const count = Math.ceil(bytes / fieldBytes);
  const full = "x".repeat(fieldBytes);
  return Array.from({ length: count }, (_, index): Field => {
    const left = bytes - index * fieldBytes;
    return [`x-bw-filler-${index + 1}`, left < fieldBytes ? "x".repeat(left) : full];
  });
}

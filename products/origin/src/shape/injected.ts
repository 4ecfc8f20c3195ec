import type { Exchange } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import { jsonFields } from "../json-fields.ts";

/** On every head that is not, or not as, its handler made it: so it is told from a real failure. */
export function injectedField(mark: string): Field {
  return ["x-bw-injected", mark];
}

export interface Injected {
  readonly status: number;
  /** "error", or "fault=" and the kind. */
  readonly mark: string;
  readonly message: string;
}

/** An answer in place of the handler's, as JSON. */
export function respondInjected(exchange: Exchange, { status, mark, message }: Injected): void {
  exchange.respond({
    status,
    fields: [...jsonFields, injectedField(mark)],
    body: JSON.stringify({ error: message }),
  });
}

import type { Exchange } from "@breakwater/http-server";
import type { Fields } from "./cache-fields.ts";
import { conditionsOf, type Validators } from "./conditions.ts";

export interface KnowableAnswer {
  /** Of 200 and 304 alike: RFC 9110, section 15.4.5. */
  readonly fields: Fields;
  readonly validators: Validators;
  readonly json: unknown;
}

/** Answers with the JSON, or with 304 or 412 as the request's conditions say. */
export function answerUnlessKnown(exchange: Exchange, answer: KnowableAnswer): void {
  const { etag, lastModified } = answer.validators;
  const fields: [string, string][] = [["etag", etag]];
  if (lastModified !== undefined) fields.push(["last-modified", lastModified]);
  const verdict = conditionsOf(exchange.request, answer.validators);
  if (verdict === "failed") exchange.respond({ status: 412 });
  else if (verdict === "not_modified") {
    exchange.respond({ status: 304, fields: [...fields, ...answer.fields] });
  } else {
    const all: Fields = [["content-type", "application/json"], ...fields, ...answer.fields];
    exchange.respond({ status: 200, fields: all, body: JSON.stringify(answer.json) });
  }
}

import type { AnswerHead } from "@breakwater/http-server";
import { parseFieldNames, parseFieldValue, parseWhole } from "./parameter.ts";
import type { ParamDoc } from "./route-doc.ts";

export type Fields = NonNullable<AnswerHead["fields"]>;

/** RFC 9111, section 1.2.2: 68 years, which caches take for ever. */
export const MAX_AGE_SECONDS: number = 2 ** 31;

/** What a query asks caches to do with the answer: `cache-control`, or `max-age`; and `vary`. */
export function cacheFieldsOf(query: URLSearchParams): Fields {
  const [control, maxAge, vary] = ["cache-control", "max-age", "vary"].map((name) =>
    query.get(name),
  );
  const fields: [string, string][] = [];
  if (control != null) fields.push(["cache-control", parseFieldValue("cache-control", control)]);
  else if (maxAge != null) {
    const seconds = parseWhole("max-age", maxAge, { max: MAX_AGE_SECONDS, of: "seconds" });
    fields.push(["cache-control", `public, max-age=${seconds}`]);
  }
  if (vary != null) fields.push(["vary", parseFieldNames("vary", vary).join(", ")]);
  return fields;
}

export const cacheParams: readonly ParamDoc[] = [
  { name: "max-age", meaning: "seconds: answers with Cache-Control: public, max-age" },
  { name: "cache-control", meaning: "the Cache-Control field, whole" },
  { name: "vary", meaning: "the Vary field: names with commas between" },
];

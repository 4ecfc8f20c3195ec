import { MetricError } from "./metric-error.ts";

/** `metric{tag:value,tag2:value2}`: the samples of a metric that have these tags. */
export interface SubmetricKey {
  readonly metric: string;
  readonly tags: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads a threshold's key; no tags when it names a whole metric. As in k6 a value may hold ":", and
 * may be quoted ("…" or '…'); unlike k6's, a quoted one may hold "," too.
 */
export function parseSubmetricKey(text: string): SubmetricKey {
  const open = text.indexOf("{");
  if (open === -1 && !text.includes("}")) return { metric: text, tags: [] };
  const end = text.length - 1;
  if (open === -1) throw badKey(text, 'has no "{" for its "}"', text.indexOf("}"));
  if (text[end] !== "}") throw badKey(text, 'must end with "}"', end + 1);
  const tags: (readonly [string, string])[] = [];
  tag.lastIndex = open + 1;
  for (;;) {
    const at = tag.lastIndex;
    const found = tag.exec(text.slice(0, end));
    if (found === null) throw badKey(text, "needs tag:value", at);
    tags.push([unquote(found[1]!), unquote(found[2]!)]);
    if (tag.lastIndex === end) return { metric: text.slice(0, open), tags };
    if (text[tag.lastIndex] !== ",") throw badKey(text, 'needs "," or "}"', tag.lastIndex);
    tag.lastIndex += 1;
  }
}

/** Name and value, with the spaces around them. A value ends at the next comma outside quotes. */
const tag =
  /\s*("[^"]+"|'[^']+'|[^\s:,"'][^:,]*?)\s*:\s*("[^"]*"|'[^']*'|[^\s,"'][^,]*?)\s*(?=,|$)/y;

const unquote = (text: string) => (/^["']/.test(text) ? text.slice(1, -1) : text);

function badKey(text: string, what: string, at: number): MetricError {
  return new MetricError(
    "bad_key",
    `Cannot read the metric ${JSON.stringify(text)}: it ${what} at character ${at + 1}; write it like "http_req_duration{name:home,status:200}"`,
  );
}

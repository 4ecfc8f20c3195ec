import type { Field } from "@breakwater/wire";

/**
 * A field's name as those who read it through an environment variable see it (CGI, WSGI): both
 * X-Forwarded-For and X_Forwarded_For. Two names that become one are a way around a check.
 */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** The elements of a comma-separated list, in lower case. */
export function tokensOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.split(",").map((element) => element.trim().toLowerCase());
}

/** The fields that Connection names, whatever they are (RFC 9110 7.6.1). */
export function connectionOptions(fields: readonly Field[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const [name, value] of fields) {
    if (name.toLowerCase() !== "connection") continue;
    for (const token of tokensOf(value)) named.add(plainName(token));
  }
  return named;
}

/** Whether it is for one hop only, or frames the body, which each hop does anew. */
export function isHopField(name: string): boolean {
  return hopFields.has(name) || name.startsWith("proxy-");
}

const hopFields: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "content-length",
  // No field of HTTP, but scripts behind CGI would take it for HTTP_PROXY.
  "proxy",
]);

/** Whether it can be a line of a head: no control character, each character one byte. */
export function isFieldText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

/** Whether it says who asked, by way of whom: a proxy's word, which any client can write. */
export function saysWhoAsked(plain: string): boolean {
  return plain.startsWith("x-forwarded-") || plain === "x-real-ip" || plain === "forwarded";
}

/**
 * Of trailers, those that may be passed on: no framing, routing or hop-by-hop (RFC 9110 6.5.1), and
 * nothing that heads are freed of: who joins trailers to the head's fields would read it there.
 */
export function passableTrailers(trailers: readonly Field[]): readonly Field[] {
  if (trailers.length === 0) return trailers;
  return trailers.filter(([name, value]) => {
    const plain = plainName(name);
    const isForHeads = isHopField(plain) || headOnly.has(plain) || saysWhoAsked(plain);
    return !isForHeads && isFieldText(value);
  });
}

const headOnly: ReadonlySet<string> = new Set([
  "host",
  "trailer",
  "expect",
  "authorization",
  "set-cookie",
  "cookie",
  "content-encoding",
  "content-type",
  "content-range",
  "via",
  "x-request-id",
]);

/** Whether the fields have those names, in that order. Hot path: mostly the very same texts. */
export function haveNames(fields: readonly Field[], names: readonly string[]): boolean {
  if (fields.length !== names.length) return false;
  for (let index = 0; index < names.length; index += 1) {
    if (fields[index]![0] !== names[index]) return false;
  }
  return true;
}

/**
 * RFC 7692, every message compressed for itself: what k6 offers. Thousands of connections would
 * otherwise keep 2 × 32 kB of context each.
 */
export const deflateOffer =
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/**
 * What a server's Sec-WebSocket-Extensions says to that offer: whether messages may be compressed,
 * or "refused" for an answer that must fail the connection (RFC 7692 5.1, 7.1).
 */
export function readDeflateAnswer(header: string | undefined): boolean | "refused" {
  if (header === undefined || header.trim() === "") return false;
  const [name, ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  if (name !== "permessage-deflate") return "refused";
  const names = parameters.map((parameter) => parameter.split("=")[0]!.trim());
  if (new Set(names).size !== names.length) return "refused";
  if (!names.every((parameter) => answers.has(parameter))) return "refused";
  return names.includes("server_no_context_takeover") ? true : "refused";
}

/** `client_max_window_bits` is none: it was not offered. */
const answers: ReadonlySet<string> = new Set([
  "server_no_context_takeover",
  "client_no_context_takeover",
  "server_max_window_bits",
]);

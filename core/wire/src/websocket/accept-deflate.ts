/**
 * What a server answers to a client's Sec-WebSocket-Extensions if it may compress: the first offer
 * of permessage-deflate that can be taken, every message compressed for itself (RFC 7692 7.1) with
 * a window of 32 kB. Undefined: answer nothing, and do not compress.
 */
export function acceptDeflate(offers: string): string | undefined {
  for (const offer of splitOutsideQuotes(offers, ",")) {
    const answer = tryAnswer(offer);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function tryAnswer(offer: string): string | undefined {
  const [name, ...parameters] = splitOutsideQuotes(offer, ";");
  if (name?.toLowerCase() !== "permessage-deflate") return undefined;
  const seen = new Set<string>();
  let answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  for (const parameter of parameters) {
    const [, key, quoted, plain] = parameterShape.exec(parameter.toLowerCase()) ?? [];
    const value = quoted ?? plain;
    if (key === undefined || seen.has(key) || !isAcceptable(key, value)) return undefined;
    seen.add(key);
    // Who asks for a limit must be told the one that is kept.
    if (key === "server_max_window_bits") answer += `; ${key}=${value}`;
  }
  return answer;
}

const parameterShape = /^([a-z_]+)(?:\s*=\s*(?:"([0-9]+)"|([0-9]+)))?$/;

function isAcceptable(key: string, value: string | undefined): boolean {
  switch (key) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      return value === undefined;
    case "client_max_window_bits":
      return value === undefined || windowBits.test(value);
    case "server_max_window_bits":
      return value === "15";
    default:
      return false;
  }
}

/** 8 to 15. */
const windowBits = /^([89]|1[0-5])$/;

function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [""];
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === separator && !isQuoted) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

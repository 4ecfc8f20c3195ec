import type { ResponseHead } from "@breakwater/wire";

/** One way to authenticate that a server offers (RFC 9110 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** What stands behind the scheme instead of parameters: NTLM's message. */
  readonly token: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** All challenges of an answer, in the server's order. What cannot be read is left out. */
export function readChallenges(head: ResponseHead | undefined): readonly Challenge[] {
  const headers = head?.headers() ?? [];
  return headers
    .filter(([name]) => name.toLowerCase() === "www-authenticate")
    .flatMap(([, value]) => splitChallenges(value));
}

/** A comma both ends a challenge and parts its parameters: a new one starts with `name value`. */
function splitChallenges(value: string): readonly Challenge[] {
  const challenges: { scheme: string; token: string; parameters: Map<string, string> }[] = [];
  for (const piece of value.match(/(?:"(?:\\.|[^"\\])*"|[^",])+/g) ?? []) {
    const [, scheme, rest = ""] = /^\s*(?:([\w!#$%&'*+.^`|~-]+)(?:\s+|$)(?!\s*=))?(.*)$/s.exec(
      piece,
    ) ?? [undefined];
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), token: "", parameters: new Map() });
    }
    const challenge = challenges.at(-1);
    const text = rest.trim();
    const parameter = /^([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s"=]+))$/s.exec(text);
    if (!challenge) continue;
    if (!parameter) challenge.token ||= text;
    else {
      const [, name = "", quoted, plain = ""] = parameter;
      challenge.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/gs, "$1") ?? plain);
    }
  }
  return challenges;
}

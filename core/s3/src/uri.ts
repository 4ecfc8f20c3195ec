import { S3Error } from "./s3-error.ts";

/** Names and values in the order sent, decoded. */
export type Query = readonly (readonly [name: string, value: string])[];

/** SigV4's UriEncode: every byte but RFC 3986's unreserved ones, in capitals. */
export function encodeUri(text: string): string {
  return unreserved.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, (character) => escapes[character]!);
}

/** The same, with "/" kept: S3 signs a key's path so, and encodes it once only. */
export function encodePath(path: string): string {
  return plainPath.test(path) ? path : encodeUri(path).replaceAll("%2F", "/");
}

/** Throws InvalidURI for a stray "%" and for what is not UTF-8. */
export function decodeUri(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw Object.assign(new S3Error("InvalidURI"), { cause });
  }
}

/** Reads what follows the "?": "+" is a space, a name alone has the value "". */
export function parseQuery(text: string): Query {
  if (text === "") return [];
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const spaced = pair.includes("+") ? pair.replaceAll("+", " ") : pair;
      const equals = spaced.indexOf("=");
      if (equals < 0) return [decodeUri(spaced), ""];
      return [decodeUri(spaced.slice(0, equals)), decodeUri(spaced.slice(equals + 1))];
    });
}

/** The first value of that name. */
export function findParameter(query: Query, name: string): string | undefined {
  return query.find(([has]) => has === name)?.[1];
}

/** Encoded and sorted as it is signed; also how this package's client sends it. */
export function encodeQuery(query: Query): string {
  return query
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(([a, valueA], [b, valueB]) => compare(a, b) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const unreserved = /^[A-Za-z0-9\-._~]*$/;
const plainPath = /^[A-Za-z0-9\-._~/]*$/;
const escapes: Readonly<Record<string, string>> = {
  "!": "%21",
  "'": "%27",
  "(": "%28",
  ")": "%29",
  "*": "%2A",
};

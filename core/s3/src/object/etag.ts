import { toHex, tryHex } from "../hex.ts";

/** An object's ETag is the MD5 of its bytes; without the quotes that the header has. */
export const objectEtag = (md5: Uint8Array): string => toHex(md5);

/** That of an upload in parts: the MD5 of the parts' MD5s, "-" and how many there were. */
export function multipartEtag(
  partEtags: readonly string[],
  md5: (bytes: Uint8Array) => Uint8Array,
): string {
  const digests = new Uint8Array(partEtags.length * 16);
  partEtags.forEach((etag, index) => {
    digests.set(tryHex(etag)!, index * 16);
  });
  return `${toHex(md5(digests))}-${partEtags.length}`;
}

export const quoteEtag = (etag: string): string => `"${etag}"`;

/** Clients send ETags with and without quotes. */
export const unquoteEtag = (text: string): string => text.trim().replace(/^"(.*)"$/, "$1");

import { parseRequest, Signatures, verifyRequest } from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import type { Call } from "@breakwater/service";

/** Where the service streams files; what follows is the path. */
export const FILES_MOUNT = "/files/";

/**
 * Links into the embedded store lead to its own port, which other machines do not reach. Who asked
 * this service by a name that they reach it by gets the same links, with the same signatures, at
 * this service.
 */
export interface OwnLinks {
  /** JSON with links, as that client can follow them. */
  reachable<Json extends string | Uint8Array>(call: Call, json: Json): Json | string;
  /** Whether a request for a file is such a link: signed by us for that file, and still good. */
  judge(call: Call): "none" | "good" | "bad";
}

export interface OwnLinksOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly keys: { readonly accessKey: string; readonly secretKey: string };
  readonly epochMs: () => number;
}

/** Of a store whose links everybody reaches. */
export const noOwnLinks: OwnLinks = { reachable: (_call, json) => json, judge: () => "none" };

export function ownLinks({ endpoint, bucket, keys, epochMs }: OwnLinksOptions): OwnLinks {
  const { host } = new URL(endpoint);
  // No text in JSON has a quote that is not escaped, so that only values begin so.
  const before = `:"${endpoint}/${bucket}/`;
  const signatures = new Signatures({ hashes: platformHashes, maxKeys: MAX_SIGNING_KEYS });
  const headers = {
    get: (name: string) => (name === "host" ? host : null),
    keys: () => ["host"],
  };
  return {
    reachable: (call, json) => {
      const { authority } = call.request;
      if (isThisMachine.test(authority) || !isAuthority.test(authority)) return json;
      const scheme = call.request.header("x-forwarded-proto") === "https" ? "https" : "http";
      const text = typeof json === "string" ? json : new TextDecoder().decode(json);
      return text.replaceAll(before, () => `:"${scheme}://${authority}${FILES_MOUNT}`);
    },
    judge: ({ request: { path, query } }) => {
      if (!query.includes("X-Amz-Signature=")) return "none";
      const target = `/${bucket}/${path.slice(FILES_MOUNT.length)}?${query}`;
      try {
        const verified = verifyRequest(parseRequest({ method: "GET", target, headers }), {
          ...{ nowMs: epochMs(), region: undefined, signatures },
          findSecretKey: (name) => (name === keys.accessKey ? keys.secretKey : undefined),
        });
        return verified instanceof Error ? "bad" : "good";
      } catch {
        // A target that nobody can read.
        return "bad";
      }
    },
  };
}

/** One for each day and region. */
const MAX_SIGNING_KEYS = 10;

const isThisMachine = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|)(:\d+)?$/i;
const isAuthority = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i;

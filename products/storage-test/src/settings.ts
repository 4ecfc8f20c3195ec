import type { Clock } from "@breakwater/clock";
import { ObjectStoreError, s3ObjectStore, usualRetry } from "@breakwater/object-store";
import { type Fields, type StoreFlagName, storeVariables } from "./flags.ts";
import type { StorageTarget } from "./result.ts";
import type { OpenStore } from "./run-storage-test.ts";
import { StorageTestError } from "./storage-test-error.ts";

/** Where the store is and who asks. */
export interface StorageSettings extends StorageTarget {
  readonly credentials: {
    readonly accessKey: string;
    readonly secretKey: string;
    readonly sessionToken?: string;
  };
  readonly addressing: "path" | "virtual";
  readonly verifyTls: boolean;
  readonly payload: "signed" | "unsigned";
}

/** Flags win over variables. Throws StorageTestError that names what is missing. */
export function storageSettings(
  fields: Fields,
  environment: Readonly<Record<string, string | undefined>>,
): StorageSettings {
  const tryRead = (flag: StoreFlagName): string | undefined => {
    const given = fields[flag];
    if (typeof given === "string" && given !== "") return given;
    return storeVariables[flag].map((name) => environment[name]).find((value) => value);
  };
  const read = (flag: StoreFlagName): string => {
    const value = tryRead(flag);
    if (value !== undefined) return value;
    const what = `Cannot reach a store without its ${flag.replace("-", " ")}`;
    throw bad(`${what}: set ${storeVariables[flag][0]} or give --${flag}${examples[flag] ?? ""}`);
  };
  const sessionToken = tryRead("session-token");
  return {
    endpoint: parseEndpoint(read("endpoint")),
    bucket: read("bucket"),
    region: tryRead("region") ?? "auto",
    credentials: {
      accessKey: read("access-key"),
      secretKey: read("secret-key"),
      ...(sessionToken !== undefined && { sessionToken }),
    },
    addressing: parseAddressing(tryRead("addressing")),
    verifyTls: fields.insecure !== true,
    payload: fields["sign-payload"] === true ? "signed" : "unsigned",
  };
}

/** How the test gets at its store. */
export function storeOpener(
  { endpoint, bucket, region, credentials, addressing, verifyTls, payload }: StorageSettings,
  edge: {
    readonly clock: Clock;
    readonly epochMs: () => number;
    readonly random: () => number;
  },
): OpenStore {
  return ({ observe, maxConnections }) => {
    try {
      return s3ObjectStore({
        ...{ endpoint, bucket, region, credentials, addressing, verifyTls, payload, ...edge },
        ...{ observe, maxConnections, connectTimeoutMs: 10_000, timeoutMs: 30_000 },
        retry: usualRetry,
      });
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      throw new StorageTestError("bad_option", error.message, { cause: error });
    }
  };
}

/** In place of a store whose settings are wrong or missing: each use of it says so. */
export function noStore(why: StorageTestError): OpenStore {
  return () => {
    throw new ObjectStoreError("bad_request", why.message, { cause: why });
  };
}

const examples: Readonly<Partial<Record<StoreFlagName, string>>> = {
  endpoint: ", such as https://fly.storage.tigris.dev for Tigris or the address that bw s3 prints",
};

function parseEndpoint(text: string): string {
  const url = URL.parse(text);
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  if (url !== null && isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/$/, "");
  throw bad(
    `Cannot use the endpoint ${JSON.stringify(text)}: give a URL such as https://fly.storage.tigris.dev or http://127.0.0.1:9000`,
  );
}

function parseAddressing(text: string | undefined): StorageSettings["addressing"] {
  if (text === undefined) return "path";
  if (text === "path" || text === "virtual") return text;
  throw bad(`Cannot use --addressing ${JSON.stringify(text)}: write path or virtual`);
}

const bad = (message: string): StorageTestError => new StorageTestError("bad_option", message);

import {
  type ObjectStore,
  ObjectStoreError,
  type ObjectStoreErrorCode,
  s3ObjectStore,
} from "@breakwater/object-store";
import { FilesError } from "../files-error.ts";
import type { Settings } from "../settings.ts";
import { embeddedStore } from "./embedded-store.ts";
import type { OpenedStore } from "./opened-store.ts";
import { checked, type StoreParts, storeOptions } from "./store-options.ts";

/**
 * The store that the settings name, or the embedded one if they name none. Throws FilesError
 * ("bad_setting").
 */
export function openStore(settings: Settings, parts: StoreParts): Promise<OpenedStore> {
  const isEmbedded =
    settings.awsEndpointUrlS3 === undefined && settings.awsAccessKeyId === undefined;
  return isEmbedded ? embeddedStore(settings, parts) : anotherStore(settings, parts);
}

async function anotherStore(
  settings: Settings,
  { clock, onSilence }: StoreParts,
): Promise<OpenedStore> {
  const { awsAccessKeyId, awsSecretAccessKey, awsSessionToken: sessionToken } = settings;
  if (awsAccessKeyId === undefined || awsSecretAccessKey === undefined) {
    const hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    throw new FilesError("bad_setting", `Cannot use a store without a key for it: ${hint}`);
  }
  if (settings.bucketName === undefined && settings.s3Bucket === undefined) {
    const hint = "set BUCKET_NAME";
    throw new FilesError("bad_setting", `Cannot tell which bucket of the store to use: ${hint}`);
  }
  if (settings.publicUrl !== undefined) {
    const hint = "leave it out, or leave out the other store";
    throw new FilesError("bad_setting", `Cannot use publicUrl but for the embedded store: ${hint}`);
  }
  const endpoint = settings.awsEndpointUrlS3 ?? amazonEndpoint(settings);
  const isAmazon = new URL(endpoint).hostname.endsWith(".amazonaws.com");
  const options = storeOptions(settings, clock);
  const store = checked(() =>
    s3ObjectStore({
      ...options,
      endpoint: endpoint.replace(/\/$/, ""),
      credentials: {
        accessKey: awsAccessKeyId,
        secretKey: awsSecretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
      },
      addressing: settings.s3Addressing ?? (isAmazon ? "virtual" : "path"),
      payload: "signed",
    }),
  );
  const name = `${options.bucket} at ${endpoint}`;
  try {
    await checkAccess(store, { name, onSilence });
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
  return {
    store,
    presign: (key, how) => store.presign(key, how),
    isOurs: false,
    name,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** What nobody but its operator can mend is said at once; a store that is not up yet will be. */
async function checkAccess(store: ObjectStore, { name, onSilence }: Checking): Promise<void> {
  try {
    await store.list({ prefix: "", maxKeys: 1, signal: AbortSignal.timeout(CHECK_MS) });
  } catch (cause) {
    const code = cause instanceof ObjectStoreError ? cause.code : undefined;
    const hint = code === undefined ? undefined : hints[code];
    if (hint === undefined) return onSilence(cause);
    throw new FilesError("bad_setting", `Cannot use ${name}: ${hint}`, { cause });
  }
}

interface Checking extends Pick<StoreParts, "onSilence"> {
  readonly name: string;
}

const CHECK_MS = 5000;

const hints: { readonly [code in ObjectStoreErrorCode]?: string } = {
  no_such_bucket: "there is no such bucket; make it, or set BUCKET_NAME to another",
  access_denied:
    "the store does not let this key list it; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and REGION",
};

function amazonEndpoint({ region, awsRegion }: Settings): string {
  const name = region ?? awsRegion ?? "";
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(name)) return `https://s3.${name}.amazonaws.com`;
  const hint = "set REGION to Amazon's, such as eu-west-1, or AWS_ENDPOINT_URL_S3";
  throw new FilesError("bad_setting", `Cannot tell where the store is: ${hint}`);
}

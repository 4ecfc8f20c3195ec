import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { s3ObjectStore } from "@breakwater/object-store";
import { startS3Server } from "@breakwater/s3-server";
import { FilesError } from "../files-error.ts";
import type { Settings } from "../settings.ts";
import type { OpenedStore } from "./opened-store.ts";
import { ownLinks } from "./own-links.ts";
import { checked, type StoreParts, storeOptions } from "./store-options.ts";

/**
 * `bw s3` in this process: on a port of its own, for only there can clients fetch what a presigned
 * URL names. Its keys are made at the first start and stay in the folder, for its owner to read.
 */
export async function embeddedStore(
  settings: Settings,
  { clock, onError }: StoreParts,
): Promise<OpenedStore> {
  const { dir, durability, s3Port: port, s3Host: hostname } = settings;
  const publicUrl = settings.publicUrl && placeOf(settings.publicUrl);
  const keys = await keysIn(dir);
  const folder = join(dir, "store");
  await using opened = new AsyncDisposableStack();
  const server = opened.use(
    await startS3Server({
      ...{ folder, port, hostname, durability, clock, onError },
      credentials: [keys],
      createsBuckets: true,
      epochMs: Date.now,
      newId: () => crypto.randomUUID(),
    }),
  );
  const options = {
    ...storeOptions(settings, clock),
    credentials: keys,
    addressing: "path",
    // It checks CRCs, which cost next to nothing, and the way is this machine's memory.
    payload: "unsigned",
  } as const;
  const endpoint = server.url.origin;
  const store = opened.use(checked(() => s3ObjectStore({ ...options, endpoint })));
  // It is asked nothing: it only signs for another host, which is part of what is signed.
  const signer =
    publicUrl === undefined
      ? store
      : opened.use(checked(() => s3ObjectStore({ ...options, endpoint: publicUrl })));
  await store.createBucket();
  const all = opened.move();
  return {
    store,
    presign: (key, how) => signer.presign(key, how),
    ...(publicUrl === undefined && {
      ownLinks: ownLinks({ endpoint, keys, bucket: options.bucket, epochMs: Date.now }),
    }),
    isOurs: true,
    name: `embedded, in ${dir}, at ${publicUrl ?? endpoint}`,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A signature covers host and path, so that a proxy must pass both on as they are. */
function placeOf(url: string): string {
  const { origin, pathname, search } = new URL(url);
  if (pathname === "/" && search === "") return origin;
  const hint = "give a host of its own, such as https://files.example.com";
  throw new FilesError("bad_setting", `Cannot use publicUrl ${url} because of its path: ${hint}`);
}

interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

async function keysIn(dir: string): Promise<Keys> {
  const path = join(dir, "keys.json");
  try {
    await mkdir(dir, { recursive: true });
    return (await tryMake(path)) ?? parseKeys(path, await readFile(path, "utf8"));
  } catch (cause) {
    if (cause instanceof FilesError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FilesError("bad_setting", `Cannot keep files in ${dir}: ${why}`, { cause });
  }
}

/** Undefined: they are there. */
async function tryMake(path: string): Promise<Keys | undefined> {
  const random = (bytes: number): string =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
  const keys = { accessKey: random(10), secretKey: random(20) };
  try {
    await using file = await open(path, "wx", OWNER_ONLY);
    await file.writeFile(`${JSON.stringify(keys)}\n`);
    await file.sync();
    return keys;
  } catch (error) {
    if ((error as { readonly code?: string }).code === "EEXIST") return undefined;
    throw error;
  }
}

const OWNER_ONLY = 0o600;

function parseKeys(path: string, text: string): Keys {
  try {
    const { accessKey, secretKey } = JSON.parse(text) as Partial<Keys>;
    if (typeof accessKey === "string" && typeof secretKey === "string") {
      return { accessKey, secretKey };
    }
  } catch {
    // Told below.
  }
  const hint = "remove it, and new ones are made";
  throw new FilesError("bad_setting", `Cannot read the store's keys in ${path}: ${hint}`);
}

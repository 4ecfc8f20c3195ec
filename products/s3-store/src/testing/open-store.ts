import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3Store, type RunS3StoreOptions, runS3Store } from "../run.ts";

export interface OpenStore extends AsyncDisposable {
  readonly store: RunningS3Store;
  readonly endpoint: string;
  /** A folder beside the store's, for files of the test's own. */
  readonly scratch: string;
  /** What the user would be told. */
  readonly lines: readonly string[];
}

export const keys = { accessKey: "test-key", secretKey: "test-secret" };

/** A store as the command opens it, in a folder that goes with it. */
export async function openStore(options: RunS3StoreOptions = {}): Promise<OpenStore> {
  const folder = await mkdtemp(join(tmpdir(), "bw-s3-"));
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const dir = join(folder, "store");
  const fixed = { dir, port: 0, ...keys, durability: "none" } as const;
  const store = await runS3Store({ ...fixed, log, ...options });
  return {
    ...{ store, endpoint: store.url.origin, scratch: folder, lines },
    [Symbol.asyncDispose]: async () => {
      await store.stop({ graceMs: 0 });
      await rm(folder, { recursive: true });
    },
  };
}

/** Bytes that no two stretches of are alike. */
export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) {
    crypto.getRandomValues(made.subarray(at, at + 65_536));
  }
  return made;
}

import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { findJslib } from "./jslib.ts";
import { ModuleLock } from "./module-lock.ts";

export interface RemoteModulesOptions {
  /** Where modules are kept for all scripts, each under its hash; made when it is needed. */
  readonly cacheFolder: string;
  /** `bw-lock.json` beside the script: which content each URL stands for. */
  readonly lockPath: string;
  readonly fetch: (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>;
  /** Told when the lock cannot be written: the script runs nevertheless. */
  readonly warn: (line: string) => void;
  readonly limits?: RemoteLimits;
}

export interface RemoteLimits {
  readonly maxBytes: number;
  /** For the whole module. */
  readonly timeoutMs: number;
}

export interface RemoteModules {
  /**
   * The absolute path of a file with what the URL stands for: fetched once, the same ever after, or
   * our own equivalent of a library of jslib.k6.io. Throws a RemoteModuleError.
   */
  load(url: string): Promise<string>;
  /** The same for the compiler, which is to know where imports of the module start. */
  open(url: string): Promise<RemoteModule>;
}

/** `path`: its text stands for the URL. `file`: it is a file of ours, which imports others. */
export type RemoteModule = { readonly path: string } | { readonly file: string };

export type RemoteModuleErrorCode = "insecure" | "unreachable" | "too_large" | "changed" | "lock";

export class RemoteModuleError extends Error {
  override readonly name = "RemoteModuleError";
  readonly code: RemoteModuleErrorCode;

  constructor(code: RemoteModuleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** k6 waits as long; 10 MB is far more than the libraries there are. */
const defaultLimits: RemoteLimits = { maxBytes: 10_000_000, timeoutMs: 60_000 };

/** Modules that scripts import by URL. */
export function remoteModules(options: RemoteModulesOptions): RemoteModules {
  const { cacheFolder, lockPath, warn } = options;
  const lock = new ModuleLock(lockPath, {
    refuse: (message) => new RemoteModuleError("lock", message),
    warn,
  });
  const loading = new Map<string, Promise<string>>();
  const loadOnce = async (url: string): Promise<string> => {
    assertSecure(url, url);
    const own = findJslib(url);
    if (own !== undefined) return own;
    const locked = await lock.find(url);
    const cached = locked && (await tryCached(cachePath(cacheFolder, locked, url), locked));
    if (cached) return cached;
    const content = await download(url, options);
    const hash = hashOf(content);
    if (locked !== undefined && locked !== hash) throw changed(url, { locked, hash, lockPath });
    const path = cachePath(cacheFolder, hash, url);
    await keep(path, content);
    if (locked === undefined) await lock.add(url, hash);
    return path;
  };
  const load = (url: string): Promise<string> => {
    const known = loading.get(url) ?? loadOnce(url);
    loading.set(url, known);
    return known;
  };
  const open = async (url: string): Promise<RemoteModule> => {
    const path = await load(url);
    return findJslib(url) === undefined ? { path } : { file: path };
  };
  return { load, open };
}

function assertSecure(url: string, asked: string): void {
  if (URL.canParse(url) && new URL(url).protocol === "https:") return;
  const why = url === asked ? "" : ` (redirected to ${url})`;
  throw new RemoteModuleError("insecure", `Cannot import "${asked}"${why}: use an https:// URL`);
}

async function download(url: string, options: RemoteModulesOptions): Promise<Uint8Array> {
  const { maxBytes, timeoutMs } = options.limits ?? defaultLimits;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await options.fetch(url, { signal });
    if (response.url !== "") assertSecure(response.url, url);
    if (!response.ok) throw unreachable(url, `the answer is ${response.status}`);
    return await read(response, { url, maxBytes });
  } catch (error) {
    if (error instanceof RemoteModuleError) throw error;
    if (signal.aborted) throw unreachable(url, `there was no answer in ${timeoutMs} ms`);
    throw unreachable(url, error instanceof Error ? error.message : String(error), error);
  }
}

async function read(
  response: Response,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      const message = `Cannot import "${url}": it is larger than ${maxBytes} bytes`;
      throw new RemoteModuleError("too_large", message);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable(url: string, why: string, cause?: unknown): RemoteModuleError {
  return new RemoteModuleError("unreachable", `Cannot import "${url}": ${why}`, { cause });
}

function changed(
  url: string,
  { locked, hash, lockPath }: { readonly locked: string; hash: string; lockPath: string },
): RemoteModuleError {
  const message =
    `Cannot import "${url}": its content has changed from sha256 ${locked} to ${hash}; ` +
    `if that is right, remove its line from ${lockPath}`;
  return new RemoteModuleError("changed", message);
}

function hashOf(content: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("hex");
}

/** With the URL's extension, as it says which language is in it. */
function cachePath(folder: string, hash: string, url: string): string {
  const [extension = ".js"] = /\.(?:[cm]?[jt]s|jsx|tsx|json)$/.exec(new URL(url).pathname) ?? [];
  return join(folder, `${hash}${extension}`);
}

/** undefined when it is not there, or not as it was. */
async function tryCached(path: string, hash: string): Promise<string | undefined> {
  const file = Bun.file(path);
  if (!(await file.exists())) return undefined;
  return hashOf(await file.bytes()) === hash ? path : undefined;
}

/** Whole or not at all, as several runs may keep the same. */
async function keep(path: string, content: Uint8Array): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  const part = `${path}.${crypto.randomUUID()}`;
  await Bun.write(part, content);
  await rename(part, path);
}

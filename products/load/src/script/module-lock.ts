import { rename } from "node:fs/promises";

export interface ModuleLockOptions {
  readonly refuse: (message: string) => Error;
  readonly warn: (line: string) => void;
}

/**
 * The file that says which content the URLs of a script's imports stand for:
 * `{ "modules": { url: sha256 in hex } }`. Read anew each time, since other runs may add to it.
 */
export class ModuleLock {
  readonly #path: string;
  readonly #options: ModuleLockOptions;
  /** Modules load at the same time, yet each must find what the other has written. */
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, options: ModuleLockOptions) {
    this.#path = path;
    this.#options = options;
  }

  async find(url: string): Promise<string | undefined> {
    return (await this.#read())[url];
  }

  /** A folder that cannot be written to leads to a warning: the script can do without. */
  async add(url: string, hash: string): Promise<void> {
    this.#written = this.#written.then(() => this.#write(url, hash));
    await this.#written;
  }

  async #write(url: string, hash: string): Promise<void> {
    const all = Object.entries({ ...(await this.#read()), [url]: hash });
    const modules = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
    const part = `${this.#path}.${crypto.randomUUID()}`;
    try {
      await Bun.write(part, `${JSON.stringify({ modules }, undefined, 2)}\n`);
      await rename(part, this.#path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.warn(`Cannot write ${this.#path}, so imports are not locked: ${why}`);
    }
  }

  async #read(): Promise<Readonly<Record<string, string>>> {
    const file = Bun.file(this.#path);
    if (!(await file.exists())) return {};
    const modules = tryModules(await file.text());
    if (modules !== undefined) return modules;
    throw this.#options.refuse(
      `Cannot use ${this.#path}: it must be as bw has written it; remove it to have it made anew`,
    );
  }
}

function tryModules(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const { modules } = JSON.parse(text);
    const isLock = Object.entries(modules).every(
      ([url, hash]) => URL.canParse(url) && /^[\da-f]{64}$/.test(String(hash)),
    );
    return isLock ? modules : undefined;
  } catch {
    return undefined;
  }
}

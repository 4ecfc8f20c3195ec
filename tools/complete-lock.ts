import { join } from "node:path";

interface Entry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly [key: string]: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
  readonly [key: string]: unknown;
}

/**
 * Adds the other platforms' packages that npm left out of the lock file.
 *
 * npm omits an optional package that the registry in use does not have, and `npm ci` then refuses
 * the whole lock because it is missing. With an entry, `npm ci` passes over those for other
 * systems.
 */
export function completeLock(lock: Lock): Lock {
  const packages: Record<string, Entry> = { ...lock.packages };
  for (const { path, version, dev } of missingPackages(lock)) {
    const platform = toPlatform(path.slice(path.lastIndexOf("/") + 1));
    packages[path] = { version, ...(dev === true && { dev }), optional: true, ...platform };
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** The optional packages that some package names and the lock does not have. */
export function missingPackages(lock: Lock): { path: string; version: string; dev: unknown }[] {
  const has = (path: string) => Object.keys(lock.packages).some((other) => other.endsWith(path));
  return Object.values(lock.packages).flatMap(({ optionalDependencies, dev }) =>
    Object.entries(optionalDependencies ?? {})
      .map(([name, version]) => ({ path: `node_modules/${name}`, version, dev }))
      .filter(({ path }) => !has(path)),
  );
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"];

/** What npm would copy from the package's manifest: here from the words of its name. */
function toPlatform(name: string): Entry {
  const words = name.split("-");
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  if (os.length !== 1 || cpu.length !== 1) {
    throw new Error(`Cannot tell the platform of ${name}: add it to package-lock.json by hand`);
  }
  const libc = words.flatMap((word) => ({ gnu: "glibc", musl: "musl" })[word] ?? []);
  return { cpu, ...(libc.length > 0 && { libc }), os };
}

if (import.meta.main) {
  const path = join(import.meta.dir, "../package-lock.json");
  const lock: Lock = await Bun.file(path).json();
  for (const { path: added } of missingPackages(lock)) console.log(`added ${added}`);
  await Bun.write(path, `${JSON.stringify(completeLock(lock), undefined, 2)}\n`);
}

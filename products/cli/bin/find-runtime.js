import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

/**
 * Where the Bun executable is, or a sentence that says what to do. Looks, in this order, for
 * 1. the platform's package, as it is after `npm install --ignore-scripts`;
 * 2. the executable that the postinstall script of `bun` moves out of that package;
 * 3. a `bun` on the PATH of the same major version and not older (Nix, distributions, …).
 *
 * @returns {{ path: string } | { problem: string }}
 */
export function findRuntime() {
  const require = createRequire(import.meta.url);
  const wanted = require("../package.json").dependencies.bun;
  const path = findInstalled(require) ?? findOnPath(wanted);
  if (path !== undefined) return { path };
  const platform = `${process.platform}-${process.arch}`;
  if (platformPackage() === undefined) {
    return { problem: `Bun has no build for ${platform}: use Linux, macOS, Windows or FreeBSD` };
  }
  const problem = `Cannot find Bun ${wanted} for ${platform}: run npm install again`;
  const how = "with optional dependencies, on the machine where the command is to run";
  return { problem: `${problem} ${how}` };
}

/** @param {NodeJS.Require} require */
function findInstalled(require) {
  let manifest;
  try {
    manifest = require.resolve("bun/package.json");
  } catch {
    return undefined;
  }
  try {
    // The platform's package lies beside `bun` or inside it: resolved from there, as Node would.
    const platformManifest = createRequire(manifest).resolve(`${platformPackage()}/package.json`);
    const path = join(dirname(platformManifest), "bin", executableName());
    if (isExecutable(path)) return path;
  } catch {
    // Not installed: postinstall may have fetched the executable all the same.
  }
  const linked = join(dirname(manifest), "bin", "bun.exe");
  // Without the postinstall script this is a shell script of 450 bytes that only complains.
  return isExecutable(linked) && statSync(linked).size > 1_000_000 ? linked : undefined;
}

/** The one of the optional dependencies of `bun` that fits here. */
function platformPackage() {
  const arch = { arm64: "aarch64", x64: "x64" }[process.arch];
  const system = {
    android: "linux",
    darwin: "darwin",
    freebsd: "freebsd",
    linux: "linux",
    win32: "windows",
  }[process.platform];
  if (arch === undefined || system === undefined) return undefined;
  const suffix = process.platform === "android" ? "-android" : isMusl() ? "-musl" : "";
  return `@oven/bun-${system}-${arch}${suffix}`;
}

/** Whether this Node has musl for its C library (Alpine). */
function isMusl() {
  if (process.platform !== "linux") return false;
  const machine = process.arch === "x64" ? "x86_64" : "aarch64";
  if (!existsSync(`/lib/ld-musl-${machine}.so.1`)) return false;
  // Both loaders can be there: only the report (5 ms) knows which one runs.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** @param {string} wanted */
function findOnPath(wanted) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, executableName());
    if (folder !== "" && isExecutable(path) && fits(versionOf(path), wanted)) return path;
  }
  return undefined;
}

/** What `bun --version` prints; the stub in node_modules/.bin prints nothing and fails. */
function versionOf(path) {
  return spawnSync(path, ["--version"], { encoding: "utf8", timeout: 5000 }).stdout?.trim() ?? "";
}

/** The same major version and not older. */
function fits(found, wanted) {
  const numbers = (version) => /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const [a, b] = [numbers(found), numbers(wanted)];
  if (a === undefined || b === undefined || a[0] !== b[0]) return false;
  return a[1] === b[1] ? a[2] >= b[2] : a[1] > b[1];
}

function executableName() {
  return process.platform === "win32" ? "bun.exe" : "bun";
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

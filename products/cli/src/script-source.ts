import { existsSync } from "node:fs";
import type { LoadTarget } from "@breakwater/load";
import { InvalidArgumentError } from "commander";
import { isTar, openArchive } from "./archive/open-archive.ts";

/** A script to be opened; what an archive was unpacked to goes when it is disposed of. */
export interface ScriptSource extends Disposable {
  readonly target: LoadTarget & { readonly kind: "script" };
  /** An archive's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Where an archive lies unpacked; undefined for a script. */
  readonly folder: string | undefined;
}

/**
 * A script by its path, "-" for standard input, or a k6 archive by either: what `type` or else its
 * bytes say it is.
 */
export async function openScriptSource(
  path: string,
  type: "js" | "archive" | undefined,
): Promise<ScriptSource> {
  const isPiped = path === "-";
  const bytes = isPiped ? await Bun.stdin.bytes() : await tryFile(path);
  if (bytes !== undefined && (type === "archive" || (type !== "js" && isTar(bytes)))) {
    return openArchive(bytes, isPiped ? "standard input" : path);
  }
  const source = isPiped ? new TextDecoder().decode(bytes) : undefined;
  const target = { kind: "script", path, source } as const;
  return { target, env: {}, folder: undefined, [Symbol.dispose]: () => {} };
}

/** A script that cannot be read is left for who compiles it to say so. */
async function tryFile(path: string): Promise<Uint8Array | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return await Bun.file(path).bytes();
  } catch {
    return undefined;
  }
}

/** `--type` as text, from the flag or its variable. */
export function toScriptType(type: string | undefined): "js" | "archive" | undefined {
  if (type === undefined || type === "" || type === "js" || type === "archive")
    return type || undefined;
  throw new InvalidArgumentError(`Cannot read a test of the type "${type}": give js or archive`);
}

import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AgentError } from "./agent-error.ts";

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** Where this user's programs keep what they remember (XDG), or undefined without a home. */
export function stateFolder(environment: Environment): string | undefined {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local, HOME: home } = environment;
  const parent = state || local || (home ? join(home, ".local", "state") : undefined);
  return parent === undefined ? undefined : join(parent, "breakwater", "bridge");
}

/** The file of the secret that binds an id on one bridge to whoever can read it. */
export function clientTokenFile(folder: string, { url, id }: { url: string; id: string }): string {
  const { hostname, port } = new URL(url);
  // One bridge by its three names.
  const host = /^(127\.0\.0\.1|\[::1\])$/.test(hostname) ? "localhost" : hostname;
  return join(folder, fileName(port === "" ? host : `${host}:${port}`), `${fileName(id)}.token`);
}

/** Distinct for distinct texts, and safe: ids are up to others. */
function fileName(text: string): string {
  const plain = encodeURIComponent(text.toWellFormed()).replaceAll(".", "%2E");
  if (plain.length <= 100) return plain;
  return `${plain.slice(0, 60)}-${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;
}

/**
 * The secret in the file; made, and readable for this user alone, if there is none. Whoever loses
 * it cannot be that id again until the bridge has forgotten it.
 */
export function clientToken(path: string): string {
  try {
    return existingToken(path) ?? newToken(path);
  } catch (error) {
    if (error instanceof AgentError || !(error instanceof Error)) throw error;
    throw new AgentError(
      "client_token",
      `Cannot keep a secret in ${path} (${error.message}): name a file by --client-token-file`,
      { cause: error },
    );
  }
}

function existingToken(path: string): string | undefined {
  const token = tryRead(path)?.trim();
  if (token === undefined) return undefined;
  if (/^[\x21-\x7e]{16,200}$/.test(token)) return token;
  throw new AgentError(
    "client_token",
    `Cannot use the client token in ${path}: it must be one line of 16 to 200 letters and signs`,
  );
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Of two processes that make it at once, one does, and both have its: it appears when written. */
function newToken(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const token = freshToken();
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, path);
    return token;
  } catch (error) {
    const others = existingToken(path);
    if (others === undefined) throw error;
    return others;
  } finally {
    unlinkSync(draft);
  }
}

function freshToken(): string {
  return randomBytes(32).toString("base64url");
}

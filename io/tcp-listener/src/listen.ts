import { tryLibc } from "./libc.ts";
import { ServerError } from "./server-error.ts";

/** An end of a connection. */
export interface Place {
  /** For listening, 0 is any that is free. */
  readonly port: number;
  /** A name or an address; for listening, `undefined` is every address of the machine. */
  readonly hostname: string | undefined;
}

/** Bun listens with 511, which a thousand clients at once overflow. */
const BACKLOG = 4096;

/**
 * Starts listening by `start`, which calls Bun.listen, and turns its failure into a ServerError. On
 * Linux 4096 connections may then wait for being accepted, or as many as the kernel lets.
 */
export function listen<Listener extends object>(
  { port, hostname }: Place,
  start: (hostname: string) => Listener,
): Listener {
  const listener = tryListen(start, port, hostname);
  if ("fd" in listener) tryLibc()?.setBacklog(listener.fd as number, BACKLOG);
  return listener;
}

function tryListen<Listener>(
  start: (hostname: string) => Listener,
  port: number,
  hostname: string | undefined,
): Listener {
  try {
    return hostname === undefined ? listenEverywhere(start) : start(hostname);
  } catch (cause) {
    throw toServerError(cause, `Cannot listen on port ${port} of ${hostname ?? "every address"}`);
  }
}

/** "::" takes IPv4 too; a machine or container without IPv6 refuses it. */
function listenEverywhere<Listener>(start: (hostname: string) => Listener): Listener {
  try {
    return start("::");
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EACCES") throw error;
    return start("0.0.0.0");
  }
}

function toServerError(cause: unknown, cannot: string): ServerError {
  switch (codeOf(cause)) {
    case "EADDRINUSE": {
      const hint = "another program has it; choose another port, or 0 for any that is free";
      return new ServerError("port_in_use", `${cannot}: ${hint}`, { cause });
    }
    case "EACCES": {
      const hint = "this user may not; choose a port from 1024 to 65535";
      return new ServerError("port_forbidden", `${cannot}: ${hint}`, { cause });
    }
    case "EADDRNOTAVAIL": {
      const hint = "this machine has no such address; name one of its own, or none for all of them";
      return new ServerError("address_unavailable", `${cannot}: ${hint}`, { cause });
    }
    default:
      return new ServerError("cannot_listen", `${cannot}: ${String(cause)}`, { cause });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

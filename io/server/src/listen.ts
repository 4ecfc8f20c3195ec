import { ServerError } from "./server-error.ts";

export interface ListenPlace {
  /** 0 for any that is free. */
  readonly port: number;
  /** `undefined` for every address of the machine, IPv4 and IPv6 alike. */
  readonly hostname: string | undefined;
}

/** Starts listening by `start`, and turns its failure into a ServerError. */
export function listen<Server>(
  { port, hostname }: ListenPlace,
  start: (hostname: string) => Server,
): Server {
  try {
    return hostname === undefined ? listenEverywhere(start) : start(hostname);
  } catch (cause) {
    throw toServerError(cause, port, hostname ?? "every address");
  }
}

/** "::" takes IPv4 too; a machine or container without IPv6 refuses it. */
function listenEverywhere<Server>(start: (hostname: string) => Server): Server {
  try {
    return start("::");
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EACCES") throw error;
    return start("0.0.0.0");
  }
}

function toServerError(cause: unknown, port: number, hostname: string): ServerError {
  const where = `port ${port} of ${hostname}`;
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return new ServerError(
        "port_in_use",
        `Cannot listen on ${where}: another program has it; choose another port, or 0 for any that is free`,
        { cause },
      );
    case "EACCES":
      return new ServerError(
        "port_forbidden",
        `Cannot listen on ${where}: this user may not; choose a port from 1024 to 65535`,
        { cause },
      );
    case "EADDRNOTAVAIL":
      return new ServerError(
        "address_unavailable",
        `Cannot listen on ${where}: this machine has no such address; name one of its own, or none for all of them`,
        { cause },
      );
    default:
      return new ServerError("cannot_listen", `Cannot listen on ${where}: ${String(cause)}`, {
        cause,
      });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

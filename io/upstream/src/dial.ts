import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { Socket, SocketHandler } from "bun";
import type { UpstreamConnection } from "./upstream-connection.ts";
import { UpstreamError } from "./upstream-error.ts";

export interface Place {
  readonly hostname: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly verifyTls: boolean;
  readonly ca: string | undefined;
}

/**
 * Connects, and hands the socket's events to the connection. A connect that is given up cannot be
 * taken back: it goes on in the kernel until that gives up, and what it opens then is closed.
 */
export function dial(connection: UpstreamConnection, place: Place): void {
  const { hostname, port, isTls, verifyTls, ca } = place;
  const target = { hostname, port, allowHalfOpen: true, data: connection };
  // An empty name sends no SNI, as RFC 6066 3 wants of an address, and verifies the address.
  const serverName = isIP(hostname) === 0 ? hostname : "";
  const tls = { serverName, rejectUnauthorized: verifyTls, ...(ca !== undefined && { ca }) };
  const connecting = isTls
    ? Bun.connect<UpstreamConnection>({ ...target, socket: secureHandler, tls })
    : Bun.connect<UpstreamConnection>({ ...target, socket: plainHandler });
  // A refused connect rejects as well as telling connectError.
  connecting.catch(() => connection.onUnreachable());
}

/**
 * Bun would throw at each connection.
 * @throws UpstreamError `bad_ca`
 */
export function assertAuthority(ca: string): void {
  const message = "Cannot trust the certificates given as ca: they must be PEM";
  if (!ca.includes("BEGIN CERTIFICATE")) throw new UpstreamError("bad_ca", message);
  try {
    createSecureContext({ ca });
  } catch (cause) {
    throw new UpstreamError("bad_ca", message, { cause });
  }
}

/** Shared by all sockets: what differs is in `socket.data`. */
const plainHandler: SocketHandler<UpstreamConnection> = {
  binaryType: "uint8array",
  open: (socket) => socket.data.onOpen(socket),
  data: (socket, bytes) => socket.data.onData(bytes),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onFin(),
  close: (socket, error) => socket.data.onGone(error === undefined ? "in order" : "at once"),
  error: (socket, error) => onError(socket, error),
  connectError: (socket) => socket.data.onUnreachable(),
};

const secureHandler: SocketHandler<UpstreamConnection> = {
  ...plainHandler,
  handshake: (socket, isTrusted) =>
    socket.data.onHandshake(isTrusted, Boolean(socket.getCipher()?.name)),
};

/** Bun brings broken TLS here, and what a handler throws, which is our own mistake. */
function onError(socket: Socket<UpstreamConnection>, error: Error): void {
  if ("code" in error) {
    socket.data.onGone("at once");
    socket.terminate();
    return;
  }
  queueMicrotask(() => {
    throw error;
  });
}

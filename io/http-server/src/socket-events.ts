import type { Socket, SocketHandler } from "bun";
import { Opening } from "./opening.ts";
import type { SocketTransport } from "./socket-transport.ts";

/**
 * Hands a socket's events to its transport, which `open` makes and puts in the socket's `data`.
 *
 * Hot path: data.
 */
export function socketEvents(
  open: (socket: Socket<SocketTransport>) => void,
): SocketHandler<SocketTransport> {
  return {
    binaryType: "uint8array",
    open,
    handshake: (socket, isSecure) => {
      const { protocol } = socket.data;
      if (protocol instanceof Opening) protocol.onHandshake(isSecure, socket.alpnProtocol);
    },
    data: (socket, bytes) => socket.data.onData(bytes),
    drain: (socket) => socket.data.onWritable(),
    end: (socket) => socket.data.onEnd(),
    close: (socket, error) => socket.data.onClose(error),
    error: (socket, error) => socket.data.onError(error),
  };
}

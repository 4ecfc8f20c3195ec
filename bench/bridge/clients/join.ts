import { openRawSocket, type RawSocket, toFrame } from "./raw-socket.ts";

export interface JoinOptions {
  readonly port: number;
  /** What `register` says. */
  readonly client: { readonly clientId: string; readonly [field: string]: unknown };
  /** Every frame after `registered`. */
  readonly onFrame: (payload: Uint8Array) => void;
  readonly onRead?: () => void;
  readonly onClose?: () => void;
}

/** Connects and registers; resolves when the bridge has said so. */
export async function join(options: JoinOptions): Promise<RawSocket> {
  const { port, client, onFrame, onRead, onClose } = options;
  const registered = Promise.withResolvers<void>();
  // Nobody waits for it where the handshake fails.
  registered.promise.catch(() => {});
  let isRegistered: boolean = false;
  const socket = await openRawSocket({
    port,
    onFrame: (payload) => {
      if (isRegistered) {
        onFrame(payload);
      } else if (Buffer.from(payload).includes('"registered"')) {
        isRegistered = true;
        registered.resolve();
      }
    },
    ...(onRead && { onRead }),
    onClose: () => {
      registered.reject(new Error("closed before it was registered"));
      if (isRegistered) onClose?.();
    },
  });
  socket.send(toFrame(JSON.stringify({ type: "register", ...client })));
  await registered.promise;
  return socket;
}

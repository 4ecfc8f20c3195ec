/**
 * A bare connection, for what an HTTP client would hide: the very bytes, and when it was closed.
 */
export interface RawClient extends Disposable {
  send(text: string): void;
  /** Everything received, once `wanted` is in it. Rejects when the connection closes before. */
  receive(wanted: string): Promise<string>;
  /** Everything received, once the other end has closed. */
  readonly closed: Promise<string>;
}

/** Connects to a port of this machine. */
export async function rawClient(port: number): Promise<RawClient> {
  let received = "";
  let look = (): void => {};
  const closed = Promise.withResolvers<string>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_socket, bytes) {
        received += bytes.toString("latin1");
        look();
      },
      close: () => closed.resolve(received),
      error: (_socket, error) => closed.reject(error),
    },
  });
  return {
    send: (text) => void socket.write(text),
    receive: (wanted) =>
      new Promise((resolve, reject) => {
        look = () => received.includes(wanted) && resolve(received);
        look();
        const fail = () =>
          reject(new Error(`Closed before ${JSON.stringify(wanted)}: ${JSON.stringify(received)}`));
        closed.promise.then(fail, reject);
      }),
    closed: closed.promise,
    [Symbol.dispose]: () => socket.terminate(),
  };
}

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface CuttingProxy extends Disposable {
  readonly url: string;
  /** Connections that were cut so far. */
  readonly cuts: number;
  /** How many bytes of a client go through on each new connection; those that are open end. */
  cutAfter(bytes: number): void;
}

/** A way to a service that breaks off within requests, as networks do. */
export async function cuttingProxy(serviceUrl: string): Promise<CuttingProxy> {
  let limit = Number.POSITIVE_INFINITY;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const service = connect(Number(new URL(serviceUrl).port), "127.0.0.1");
    let left = limit;
    const cut = (): void => {
      client.destroy();
      service.destroy();
    };
    for (const socket of [client, service]) {
      open.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    service.on("data", (bytes) => void client.write(bytes));
    service.on("drain", () => client.resume());
    client.on("data", (bytes) => {
      left -= bytes.length;
      if (left > 0) {
        if (!service.write(bytes)) client.pause();
        return;
      }
      if (!client.destroyed) cuts += 1;
      cut();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get cuts() {
      return cuts;
    },
    cutAfter: (bytes) => {
      limit = bytes;
      for (const socket of open) socket.destroy();
    },
    [Symbol.dispose]: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

import type { Socket } from "bun";

/** What a bridge reaches its Redis by, and what can be broken. */
export interface Relay extends Disposable {
  readonly port: number;
  /** "refused": connections are reset, and new ones, too. "silent": nothing comes through. */
  readonly break: (how: "refused" | "silent") => void;
  readonly mend: () => void;
}

interface Side {
  other: Socket<Side> | undefined;
  unsent: Uint8Array[];
}

/** To that port of this machine. */
export function startRelay(targetPort: number): Relay {
  const open = new Set<Socket<Side>>();
  let broken: "refused" | "silent" | undefined;
  const flush = (socket: Socket<Side>): void => {
    const { unsent } = socket.data;
    while (unsent.length > 0 && broken === undefined) {
      const wrote = socket.write(unsent[0]!);
      if (wrote < unsent[0]!.length) {
        unsent[0] = unsent[0]!.subarray(Math.max(0, wrote));
        return;
      }
      unsent.shift();
    }
  };
  const end = (socket: Socket<Side>): void => {
    open.delete(socket);
    socket.data.other?.terminate();
  };
  const handler = {
    data: (socket: Socket<Side>, bytes: Uint8Array) => {
      const { other } = socket.data;
      if (other === undefined) return;
      other.data.unsent.push(bytes.slice());
      flush(other);
    },
    drain: flush,
    close: end,
    error: end,
  };
  const listener = Bun.listen<Side>({
    ...{ hostname: "127.0.0.1", port: 0 },
    socket: {
      ...handler,
      open: (socket) => {
        socket.data = { other: undefined, unsent: [] };
        if (broken === "refused") {
          socket.terminate();
          return;
        }
        open.add(socket);
        socket.pause();
        const data: Side = { other: socket, unsent: [] };
        Bun.connect<Side>({
          ...{ hostname: "127.0.0.1", port: targetPort, data },
          socket: {
            ...handler,
            open: (other) => {
              open.add(other);
              socket.data.other = other;
              socket.resume();
            },
          },
        }).catch(() => socket.terminate());
      },
    },
  });
  return {
    port: listener.port,
    break: (how) => {
      broken = how;
      if (how === "refused") for (const socket of open) socket.terminate();
    },
    mend: () => {
      broken = undefined;
      for (const socket of open) flush(socket);
    },
    [Symbol.dispose]: () => listener.stop(true),
  };
}

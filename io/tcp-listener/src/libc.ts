import { dlopen } from "bun:ffi";

/** What the kernel can do for a socket and Bun has no option for. Each says whether it could. */
export interface Libc {
  /** No wake-up before so many bytes have come, or the client's last. */
  setReceiveLowWater(fd: number, bytes: number): boolean;
  /** How many connections may wait for being accepted; at most net.core.somaxconn. */
  setBacklog(fd: number, connections: number): boolean;
  /** A client that was here before may send its request with its SYN (RFC 7413). */
  enableFastOpen(fd: number, queueLength: number): boolean;
}

const SOL_SOCKET = 1;
const SO_RCVLOWAT = 18;
const IPPROTO_TCP = 6;
const TCP_FASTOPEN = 23;
const INT_BYTES = 4;

const symbols = {
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
} as const;

/** The C library of a Linux machine, loaded once it is asked for; undefined elsewhere. */
export function tryLibc(): Libc | undefined {
  loaded ??= { libc: process.platform === "linux" ? load() : undefined };
  return loaded.libc;
}

let loaded: { readonly libc: Libc | undefined } | undefined;

function load(): Libc | undefined {
  const muslArch = process.arch === "arm64" ? "aarch64" : "x86_64";
  for (const name of ["libc.so.6", `libc.musl-${muslArch}.so.1`]) {
    try {
      return toLibc(dlopen(name, symbols).symbols);
    } catch {
      // The other, or none: what it would do is left undone.
    }
  }
  return undefined;
}

type Symbols = ReturnType<typeof dlopen<typeof symbols>>["symbols"];

function toLibc({ setsockopt, listen }: Symbols): Libc {
  const value = new Int32Array(1);
  const set = (fd: number, level: number, option: number, to: number): boolean => {
    value[0] = to;
    return setsockopt(fd, level, option, value, INT_BYTES) === 0;
  };
  return {
    setReceiveLowWater: (fd, bytes) => set(fd, SOL_SOCKET, SO_RCVLOWAT, bytes),
    setBacklog: (fd, connections) => listen(fd, connections) === 0,
    enableFastOpen: (fd, queueLength) => set(fd, IPPROTO_TCP, TCP_FASTOPEN, queueLength),
  };
}

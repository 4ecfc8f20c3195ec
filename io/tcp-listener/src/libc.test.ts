import { expect, test } from "bun:test";
import { type Libc, tryLibc } from "./libc.ts";

const onLinux = test.skipIf(process.platform !== "linux");

const fdOf = (socket: object): number => (socket as { readonly fd: number }).fd;

/** A port, where each connection is shown to `open` before anything is read. */
function listening(open: (fd: number) => void, data: (bytes: Buffer) => void) {
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => open(fdOf(socket)),
      data: (socket, bytes) => {
        data(Buffer.from(bytes));
        socket.write(bytes);
      },
    },
  });
}

/** Resolves with the client when its first byte has come back. */
async function greeted(port: number) {
  const answered = Promise.withResolvers<void>();
  const client = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: () => answered.resolve() },
  });
  client.write("!");
  await answered.promise;
  return client;
}

onLinux("a socket of Linux takes each option", () => {
  const libc = tryLibc() as Libc;
  const listener = listening(
    () => {},
    () => {},
  );
  const fd = fdOf(listener);
  expect([libc.setBacklog(fd, 4096), libc.enableFastOpen(fd, 256)]).toEqual([true, true]);
  listener.stop(true);
});

onLinux("what is no socket takes none, and that is told", () => {
  const libc = tryLibc() as Libc;
  expect([
    libc.setBacklog(-1, 4096),
    libc.enableFastOpen(-1, 256),
    libc.setReceiveLowWater(-1, 100),
  ]).toEqual([false, false, false]);
});

onLinux("with a receive low water, less than that wakes nobody", async () => {
  const fds: number[] = [];
  const received: number[] = [];
  const whole = Promise.withResolvers<void>();
  const listener = listening(
    (fd) => fds.push(fd),
    ({ length }) => {
      received.push(length);
      if (received.reduce((sum, bytes) => sum + bytes) === 102) whole.resolve();
    },
  );
  const client = await greeted(listener.port);
  expect((tryLibc() as Libc).setReceiveLowWater(fds[0] as number, 100)).toBe(true);
  client.write("x".repeat(60));
  // When another client is answered, the listener has had its chance to read that.
  const other = await greeted(listener.port);
  other.end();
  client.write("x".repeat(40));
  await whole.promise;
  expect(received).toEqual([1, 1, 100]);
  client.end();
  listener.stop(true);
});

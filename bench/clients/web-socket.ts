/**
 * Echoes of 100 bytes, one under way on each connection: bun web-socket.ts URL CONNECTIONS SECONDS.
 */
import { after, printReport } from "./report.ts";

const [url = "", connections = "64", seconds = "5"] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const PAYLOAD_BYTES = 100;
const ECHO_BYTES = 2 + PAYLOAD_BYTES;
const key = Buffer.from("0123456789abcdef").toString("base64");
const upgrade = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

/** A text of 100 "a", masked. */
const mask = [1, 2, 3, 4];
const frame = new Uint8Array(6 + PAYLOAD_BYTES);
frame.set([0x81, 0x80 | PAYLOAD_BYTES, ...mask]);
for (let at = 0; at < PAYLOAD_BYTES; at += 1) frame[6 + at] = 0x61 ^ mask[at % 4]!;

interface State {
  isOpen: boolean;
  bytes: number;
}

let messages = 0;
let lost = 0;
let isOver = false;

await Promise.all(
  Array.from({ length: Number(connections) }, () =>
    Bun.connect<State>({
      hostname,
      port: Number(port),
      socket: {
        open(socket) {
          socket.data = { isOpen: false, bytes: 0 };
          socket.write(upgrade);
        },
        data(socket, bytes) {
          const state = socket.data;
          if (!state.isOpen) {
            if (!bytes.toString("latin1").startsWith("HTTP/1.1 101")) lost += 1;
            state.isOpen = true;
            socket.write(frame);
            return;
          }
          state.bytes += bytes.length;
          if (state.bytes < ECHO_BYTES) return;
          state.bytes -= ECHO_BYTES;
          messages += 1;
          socket.write(frame);
        },
        close: () => {
          if (!isOver) lost += 1;
        },
      },
    }),
  ),
);

after(Number(seconds), (took) => {
  isOver = true;
  printReport({ requests: messages, seconds: took, lost });
  process.exit(0);
});

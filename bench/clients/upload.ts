/** Uploads bodies of 2 GB, one after the other: bun upload.ts URL SECONDS. */
import { after, printReport } from "./report.ts";

const [url = "", seconds = "5"] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const BODY_BYTES = 2 ** 31;
const piece = new Uint8Array(2 ** 20);
const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;

let sentBytes = 0;
let leftBytes = 0;
let answers = 0;
let lost = 0;

function pump(socket: Bun.Socket): void {
  while (leftBytes > 0) {
    const wanted = Math.min(leftBytes, piece.length);
    const written = Math.max(0, socket.write(piece, 0, wanted));
    leftBytes -= written;
    sentBytes += written;
    if (written < wanted) return;
  }
}

function begin(socket: Bun.Socket): void {
  socket.write(head);
  leftBytes = BODY_BYTES;
  pump(socket);
}

await Bun.connect({
  hostname,
  port: Number(port),
  socket: {
    open: begin,
    drain: pump,
    data(socket, bytes) {
      if (!bytes.toString("latin1").startsWith("HTTP/1.1 200")) return;
      answers += 1;
      begin(socket);
    },
    close: () => {
      lost += 1;
    },
  },
});

after(Number(seconds), (took) => {
  printReport({ requests: answers, seconds: took, lost, bytes: sentBytes });
  process.exit(0);
});

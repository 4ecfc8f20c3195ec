/**
 * Opens connections and holds them: bun hold.ts URL CONNECTIONS SECONDS BYTES_PER_SECOND. Each asks
 * once. At 0 it then stays idle; else it reads so much of the answer a second.
 */
import { after, printReport } from "./report.ts";

const [url = "", connections = "100", seconds = "5", rate = "0"] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`;
const bytesPerSecond = Number(rate);
/** So that the server's backlog is never full. */
const AT_ONCE = 200;
/** Ten times a second each reader may take its share. */
const TICK_MS = 100;

interface State {
  budgetBytes: number;
  isPaused: boolean;
}

const sockets: Bun.Socket<State>[] = [];
let answers = 0;
let lost = 0;
let bytes = 0;
let isOver = false;

function open(): Promise<unknown> {
  return Bun.connect<State>({
    hostname,
    port: Number(port),
    socket: {
      open(socket) {
        socket.data = { budgetBytes: 0, isPaused: false };
        sockets.push(socket);
        socket.write(request);
      },
      data(socket, chunk) {
        bytes += chunk.length;
        if (bytesPerSecond === 0) answers += 1;
        else hold(socket, chunk.length);
      },
      close: () => {
        if (!isOver) lost += 1;
      },
    },
  });
}

function hold(socket: Bun.Socket<State>, read: number): void {
  const state = socket.data;
  state.budgetBytes -= read;
  if (state.budgetBytes > 0 || state.isPaused) return;
  state.isPaused = true;
  socket.pause();
}

for (let left = Number(connections); left > 0; left -= AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, open));
}

if (bytesPerSecond > 0) {
  setInterval(() => {
    for (const socket of sockets) {
      const state = socket.data;
      state.budgetBytes += (bytesPerSecond * TICK_MS) / 1000;
      if (state.budgetBytes <= 0 || !state.isPaused) continue;
      state.isPaused = false;
      socket.resume();
    }
  }, TICK_MS);
}

after(Number(seconds), (took) => {
  isOver = true;
  printReport({ requests: answers, seconds: took, lost, bytes });
  process.exit(0);
});

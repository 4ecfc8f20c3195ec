/**
 * Asks for what the soak asks for, without its pauses: bun warm-up.ts URL SECONDS. What is measured
 * afterwards is a process whose code is compiled and whose heap has the size that it needs.
 */
import { hammer, type RawRequest } from "../storage/raw-client.ts";

const [url = "", seconds = "10"] = process.argv.slice(2);
const { host } = new URL(url);
const paths = ["/ping", "/list?path=&pageSize=10", "/list-folders?path="];
const requests = paths.map((path): RawRequest => {
  const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  return { head: new TextEncoder().encode(head), body: new Uint8Array(0) };
});
console.log(
  JSON.stringify(await hammer({ url, requests, connections: 20, seconds: Number(seconds) })),
);

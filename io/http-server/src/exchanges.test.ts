import { once } from "node:events";
import { connect } from "node:http2";
import type { Field } from "@breakwater/wire";
import { byteClient } from "./testing/byte-client.ts";
import { testExchanges } from "./testing/exchange-contract.ts";

testExchanges({
  protocol: "HTTP/1.1",
  fetchProtocol: "http1.1",
  isExact: true,
  interims: async (port, path) => {
    const statuses = [...(await http1Answer(port, path)).matchAll(/HTTP\/1\.1 (\d+)/g)];
    return statuses.map(([, status]) => Number(status)).filter((status) => status < 200);
  },
  trailers: async (port, path) => {
    const [, trailers = ""] = (await http1Answer(port, path)).split("\r\n0\r\n");
    return trailers.split("\r\n").flatMap((line) => (line === "" ? [] : [toField(line)]));
  },
});

testExchanges({
  protocol: "HTTP/2.0",
  fetchProtocol: "http2",
  isExact: true,
  interims: async (port, path) => (await http2Answer(port, path)).interims,
  trailers: async (port, path) => (await http2Answer(port, path)).trailers,
});

testExchanges({ protocol: "HTTP/3.0", fetchProtocol: "http3", isExact: false });

/** All that is sent, as it is. */
async function http1Answer(port: number, path: string): Promise<string> {
  using client = await byteClient({ port, alpn: ["http/1.1"] });
  await client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n`);
  return (await client.ended).toString("latin1");
}

function toField(line: string): Field {
  const [name = "", value = ""] = line.split(": ");
  return [name, value];
}

interface Http2Answer {
  readonly interims: number[];
  readonly trailers: readonly Field[];
}

/** As Node.js' client has it. */
async function http2Answer(port: number, path: string): Promise<Http2Answer> {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const stream = session.request({ ":path": path });
  const interims: number[] = [];
  let trailers: readonly Field[] = [];
  stream.on("headers", (headers) => interims.push(Number(headers[":status"])));
  stream.on("trailers", (headers) => {
    trailers = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  });
  stream.resume();
  await once(stream, "close");
  session.destroy();
  return { interims, trailers };
}

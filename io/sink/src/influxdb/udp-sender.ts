import { createSocket } from "node:dgram";
import type { Outcome } from "../push/outcome.ts";
import type { InfluxOutput } from "./influx-output.ts";

/** Sends whole lines in datagrams of at most `payloadBytes`; whether they arrive nobody tells. */
export function udpSender({
  address,
  payloadBytes,
}: InfluxOutput): (lines: string) => Promise<Outcome> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.unref();
  const send = (datagram: string): Promise<Error | null> =>
    new Promise((resolve) => socket.send(datagram, Number(port || 8089), host, resolve));
  return async (lines) => {
    for (const datagram of toDatagrams(lines, payloadBytes)) {
      const error = await send(datagram);
      if (error !== null) return { kind: "refused", why: error.message };
    }
    return { kind: "taken" };
  };
}

export function toDatagrams(lines: string, maxBytes: number): readonly string[] {
  const datagrams: string[] = [];
  let datagram = "";
  let bytes = 0;
  for (const line of lines.split(/(?<=\n)/)) {
    const length = Buffer.byteLength(line);
    if (bytes > 0 && bytes + length > maxBytes) {
      datagrams.push(datagram);
      datagram = "";
      bytes = 0;
    }
    datagram += line;
    bytes += length;
  }
  if (datagram !== "") datagrams.push(datagram);
  return datagrams;
}

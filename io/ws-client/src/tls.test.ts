import { expect, test } from "bun:test";
import { certificates } from "@breakwater/http-client/testing";
import type { ServerWebSocket } from "bun";
import { converse, testClient } from "./testing/conversation.ts";

function secureServer() {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { key: certificates.key, cert: certificates.localhost },
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response()),
    websocket: {
      message: (socket: ServerWebSocket, message) => {
        socket.send(message);
      },
    },
  });
}

test("over TLS a message comes back and closing is clean", async () => {
  using server = secureServer();
  using client = testClient({
    tlsFor: (_, serverName) => ({ serverName, ca: certificates.authority }),
  });
  const talk = converse(client, `wss://127.0.0.1:${server.port}/`, {
    open: (connection) => connection.send("secret"),
    message: (connection) => connection.close(1000),
  });
  expect(await talk.end).toEqual(["open 101", "message secret", "end 1000"]);
});

test.each([
  [false, ["refused tls_failed"]],
  [true, ["open 101"]],
])("an authority nobody knows, when verifying is skipped: %p", async (isSkipped, wanted) => {
  using server = secureServer();
  using client = testClient({ tlsFor: () => ({ rejectUnauthorized: !isSkipped }) });
  const talk = converse(client, `wss://127.0.0.1:${server.port}/`);
  expect(await talk.until(1)).toEqual(wanted);
});

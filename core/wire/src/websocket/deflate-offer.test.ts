import { expect, test } from "bun:test";
import { readDeflateAnswer } from "./deflate-offer.ts";

test.each([
  [undefined, false],
  ["", false],
  ["permessage-deflate; server_no_context_takeover", true],
  ["permessage-deflate; server_no_context_takeover; client_no_context_takeover", true],
  ["Permessage-Deflate;server_no_context_takeover;server_max_window_bits=10", true],
  ["permessage-deflate", "refused"],
  ["permessage-deflate; server_no_context_takeover; server_no_context_takeover", "refused"],
  ["permessage-deflate; server_no_context_takeover; client_max_window_bits=10", "refused"],
  ["x-webkit-deflate-frame", "refused"],
] as const)("the server's answer %p to our offer means %p", (header, wanted) => {
  expect(readDeflateAnswer(header)).toBe(wanted);
});

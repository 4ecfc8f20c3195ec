import { expect, test } from "bun:test";
import { acceptDeflate } from "./accept-deflate.ts";
import { deflateOffer, readDeflateAnswer } from "./deflate-offer.ts";

const plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

test.each([
  ["permessage-deflate", plain],
  ["permessage-deflate; client_max_window_bits", plain],
  ["Permessage-Deflate;client_max_window_bits=10;server_no_context_takeover", plain],
  ['permessage-deflate; client_max_window_bits="9"', plain],
  ["permessage-deflate; server_max_window_bits=15", `${plain}; server_max_window_bits=15`],
  ["permessage-deflate; server_max_window_bits=10, permessage-deflate", plain],
  ["x-webkit-deflate-frame, permessage-deflate", plain],
  ['x-other; a="b, c; d", permessage-deflate', plain],
  ["", undefined],
  [",;,", undefined],
  ["x-webkit-deflate-frame", undefined],
  ["permessage-deflate; server_max_window_bits=8", undefined],
  ["permessage-deflate; server_max_window_bits", undefined],
  ["permessage-deflate; client_max_window_bits=7", undefined],
  ["permessage-deflate; client_max_window_bits=16", undefined],
  ["permessage-deflate; client_max_window_bits=08", undefined],
  ["permessage-deflate; client_no_context_takeover=1", undefined],
  ["permessage-deflate; client_max_window_bits; client_max_window_bits=9", undefined],
  ["permessage-deflate; unknown", undefined],
  ["permessage-deflate; toString", undefined],
  ['x-other; a=", permessage-deflate', undefined],
])("the offers %j are answered with %j", (offers, want) => {
  expect(acceptDeflate(offers)).toBe(want);
});

test("our own client takes the answer to its offer", () => {
  expect(readDeflateAnswer(acceptDeflate(deflateOffer))).toBe(true);
});

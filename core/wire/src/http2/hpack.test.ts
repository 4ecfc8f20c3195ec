import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { WireError } from "../error.ts";
import type { Field } from "../field.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { encodeRequestBlock } from "./hpack-encoder.ts";
import { TextMemory } from "./text-memory.ts";

const roomy = { maxTableBytes: 4096, maxHeadBytes: 65_536, maxHeaders: 100 };
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

function decode(decoder: HpackDecoder, text: string): readonly Field[] {
  const bytes = hex(text);
  return decoder.decode(bytes, 0, bytes.length);
}

// RFC 7541 C.4 and C.6: requests with Huffman codes; responses whose table evicts.
const requests: [string, Field[]][] = [
  [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", "/"],
      [":authority", "www.example.com"],
    ],
  ],
  [
    "8286 84be 5886 a8eb 1064 9cbf",
    [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", "/"],
      [":authority", "www.example.com"],
      ["cache-control", "no-cache"],
    ],
  ],
  [
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    [
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/index.html"],
      [":authority", "www.example.com"],
      ["custom-key", "custom-value"],
    ],
  ],
];
const location: Field = ["location", "https://www.example.com"];
const responses: [string, Field[]][] = [
  [
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    [
      [":status", "302"],
      ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
      location,
    ],
  ],
  [
    "4883 640e ffc1 c0bf",
    [
      [":status", "307"],
      ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
      location,
    ],
  ],
  [
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    [
      [":status", "200"],
      ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
      location,
      ["content-encoding", "gzip"],
      ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
    ],
  ],
];

test.each([
  ["requests", requests, 4096],
  ["responses, in a table of 256 bytes", responses, 256],
])("the RFC's %s are read", (_name, examples, maxTableBytes) => {
  const decoder = new HpackDecoder({ ...roomy, maxTableBytes });
  for (const [block, fields] of examples) expect(decode(decoder, block)).toEqual(fields);
});

test.each([
  ["index 0", "80"],
  ["an index beyond the table", "be"],
  ["an index that was evicted", "4001 6101 623f e11f 20 be"],
  ["a table larger than we allow", "3fe2 1f"],
  ["a table that changes its size behind a field", "82 20"],
  ["an integer without end", "ff ff ff ff ff ff ff"],
  ["an integer that is cut short", "ff"],
  ["a text that is cut short", "0005 6162"],
  ["a name without a value", "0001 61"],
  ["Huffman padding of zeros", "0001 6181 18"],
  ["Huffman padding of a whole byte", "0001 6182 1fff"],
  ["the code for the end", "0001 6184 ffff fffc"],
])("%s is refused", (_name, block) => {
  expect(() => decode(new HpackDecoder(roomy), block)).toThrow(
    expect.objectContaining({ code: "bad_hpack" }),
  );
});

test("decoders that share a memory read the same, and share what they made", () => {
  const memory = new TextMemory();
  const [one, two] = [new HpackDecoder(roomy, memory), new HpackDecoder(roomy, memory)];
  // The value "a1" as it is; the same bytes as Huffman code; the same value of another name.
  const blocks = ["0f13 0261 31", "0f13 8218 7f", "0f14 0261 31"];
  const read = blocks.map((block) => decode(one, block));
  expect(read[0]).toEqual([["etag", "a1"]]);
  expect(read[2]).toEqual([["expect", "a1"]]);
  expect(blocks.map((block) => decode(two, block))).toEqual(read);
  expect(decode(one, blocks[2]!)[0]).toBe(decode(two, blocks[2]!)[0]!);
});

describe("limits", () => {
  test.each([
    ["head_too_large", { maxHeadBytes: 100 }],
    ["too_many_headers", { maxHeaders: 2 }],
  ])("%s, and the next block can still be read", (code, limits) => {
    const decoder = new HpackDecoder({ ...roomy, ...limits });
    expect(() => decode(decoder, "4001 6101 62 4001 6301 64 4001 6501 66")).toThrow(
      expect.objectContaining({ code }),
    );
    expect(decode(decoder, "be c0")).toEqual([
      ["e", "f"],
      ["a", "b"],
    ]);
  });

  test("a table stays within its size", () => {
    const decoder = new HpackDecoder({ ...roomy, maxTableBytes: 34 * 3 });
    for (let index = 0; index < 500; index += 1) decode(decoder, "4001 6101 62");
    expect(decode(decoder, "c0")).toEqual([["a", "b"]]);
    expect(() => decode(decoder, "c1")).toThrow(WireError);
  });
});

describe("a request", () => {
  const request = {
    method: "GET",
    scheme: "https",
    authority: "a.test",
    path: "/?q",
    fields: [],
  } as const;
  const pseudo: Field[] = [
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", "a.test"],
    [":path", "/?q"],
  ];

  test("comes back as it was, names in lower case", () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9-]{1,40}$/).map((text) => `x-${text}`);
    const value = fc.string({ maxLength: 300, unit: "binary-ascii" });
    const clean = value.map((text) => text.replaceAll(/[^\t -~]/g, ""));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, clean), { maxLength: 20 }), (fields) => {
        const block = encodeRequestBlock({ ...request, fields });
        expect(new HpackDecoder(roomy).decode(block, 0, block.length)).toEqual([
          ...pseudo,
          ...fields.map(([key, text]): Field => [key.toLowerCase(), text]),
        ]);
      }),
    );
  });

  test("leaves out what belongs to an HTTP/1.1 connection", () => {
    const fields: Field[] = [
      ["Host", "b"],
      ["Connection", "close"],
      ["Transfer-Encoding", "chunked"],
      ["TE", "gzip"],
      ["te", "trailers"],
      ["X", "é"],
    ];
    const block = encodeRequestBlock({ ...request, fields });
    expect(new HpackDecoder(roomy).decode(block, 0, block.length)).toEqual([
      ...pseudo,
      ["te", "trailers"],
      ["x", "\u00c3\u00a9"],
    ]);
  });

  test.each([
    ["bad_request_method", { method: "GE T" }],
    ["bad_request_target", { path: "/a b" }],
    ["bad_request_header", { authority: "a\r\nb" }],
    ["bad_request_header", { fields: [[":path", "/"]] }],
    ["bad_request_header", { fields: [["a", "b\nc"]] }],
  ])("%s is refused", (code, change) => {
    expect(() => encodeRequestBlock({ ...request, ...(change as object) })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

import { test } from "bun:test";
import { compare } from "../../../tools/compare.ts";
import { ResponseDecoder } from "./response-decoder.ts";
import { defaultLimits } from "./response-limits.ts";

const seconds = Array.from({ length: 60 }, (_, second) => `${second}`.padStart(2, "0"));
const head = (second: string, framing: string) =>
  `HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Fri, 21 Nov 2025 08:51:${second} GMT\r\n` +
  `Content-Type: text/plain\r\n${framing}\r\nConnection: keep-alive\r\n\r\n`;
const nginx = seconds.map((second) => Buffer.from(`${head(second, "Content-Length: 3")}ok\n`));
const chunked = seconds.map((second) =>
  Buffer.from(`${head(second, "Transfer-Encoding: chunked")}3\r\nok\n\r\n0\r\n\r\n`),
);

test("bench: a small response, with a head as the one before or another", () => {
  compare("response of nginx, 160 bytes", [
    { name: "same head", run: decoding(nginx.slice(0, 1)) },
    { name: "another head", run: decoding(nginx) },
    { name: "another head, chunked", run: decoding(chunked) },
    { name: "same head, in two pieces", run: decoding(nginx.slice(0, 1), 100) },
  ]);
});

/** Decodes the responses in turn, each in one piece or cut in two. */
function decoding(responses: readonly Uint8Array[], cutAt?: number) {
  const pieces = responses.map((bytes) =>
    cutAt === undefined ? [bytes] : [bytes.subarray(0, cutAt), bytes.subarray(cutAt)],
  );
  return (times: number): number => {
    let sum = 0;
    const decoder = new ResponseDecoder(defaultLimits, {
      onHead: ({ status }) => (sum += status),
      onBody: (_chunk, from, to) => (sum += to - from),
      onEnd: () => (sum += 1),
    });
    for (let index = 0; index < times; index += 1) {
      decoder.expect("GET");
      for (const piece of pieces[index % pieces.length]!) decoder.push(piece);
    }
    return sum;
  };
}

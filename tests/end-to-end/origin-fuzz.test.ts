import { expect, test } from "bun:test";
import fc from "fast-check";
import { startOrigin } from "./front-proxies.ts";

/** What a raw client got until its connection was closed; it ends its own half at once. */
function exchange(port: number, bytes: Uint8Array): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  void Bun.connect({
    hostname: "127.0.0.1",
    port,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        socket.write(bytes);
        // Not end(), which would close the other half as well.
        socket.shutdown();
      },
      data(_socket, part) {
        text += part.toString("latin1");
      },
      end: (socket) => void socket.end(),
      close: () => resolve(text),
      error: () => resolve(text),
    },
  });
  return promise;
}

const odd = fc.constantFrom(
  ...["\0", "\r", "\n", "\r\n", "\t", " ", ":", "%", "%zz", "%00", "?", "#", "\x7f", "é", "[", "*"],
  ...["HTTP/1.1", "HTTP/9.9", "-1", "NaN", "0x10", "1e99", "18446744073709551616", "chunked"],
  ...["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: a\r\n", "Expect: x\r\n"],
);
const target = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."bin chunked status delay upload ws fault events cache gzip".split(" ")),
      fc.constantFrom("1K", "10", "-1", "NaN", "999", "1e5", "99999999999999999999", "..", "0"),
      odd,
    ),
    { maxLength: 4 },
  )
  .map((parts) => `/${parts.join("/")}`);
const header = fc.tuple(
  fc.constantFrom(
    "Range",
    "X-Bw-Shape",
    "Accept-Encoding",
    "If-None-Match",
    "Content-Length",
    "TE",
  ),
  fc.oneof(fc.string({ maxLength: 30 }), odd),
);
const request = fc
  .record({
    method: fc.constantFrom(
      "GET",
      "POST",
      "PUT",
      "HEAD",
      "DELETE",
      "get",
      "",
      "CONNECT",
      "OPTIONS",
    ),
    target,
    headers: fc.array(header, { maxLength: 4 }),
    noise: fc.array(fc.tuple(fc.nat(200), odd), { maxLength: 3 }),
  })
  .map(({ method, target, headers, noise }) => {
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    let text = `${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`;
    for (const [at, what] of noise) text = text.slice(0, at) + what + text.slice(at);
    return Buffer.from(text, "latin1");
  });

test("whatever a client sends, it gets an answer that is none of ours to be sorry for", async () => {
  // What is slow or endless on purpose is left out below.
  await using origin = await startOrigin();
  const port = Number(new URL(origin.url).port);
  const waits = /\/(delay|events|fault|chunked)\b/;
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 20 }), async (requests) => {
      const asked = requests.filter((each) => !waits.test(each.toString("latin1")));
      const answers = await Promise.all(asked.map((each) => exchange(port, each)));
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 (?!500)\d{3} /);
    }),
    { numRuns: 40 },
  );
  expect((await fetch(`${origin.url}/health`)).status).toBe(200);
  origin.run.kill("SIGTERM");
  const { exitCode, stderr } = await origin.run.ended;
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain("Cannot answer");
}, 60_000);

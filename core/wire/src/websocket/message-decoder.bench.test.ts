import { test } from "bun:test";
import { compare } from "../../../../tools/compare.ts";
import { encodeFrame } from "./frame-encoder.ts";
import { MessageDecoder } from "./message-decoder.ts";

const payload = new Uint8Array(100).fill(0x61);
const mask = 0x12_34_56_78;

test("bench: a text of 100 bytes, for a client, a server, and among others in a chunk", () => {
  const masked = encodeFrame("text", payload, { mask });
  compare("WebSocket text, 100 bytes", [
    { name: "client", run: decoding("client", [encodeFrame("text", payload)]) },
    { name: "server", run: decoding("server", [masked]) },
    { name: "server that is lent", run: decoding("server", [masked], { mayLend: true }) },
    { name: "server, 8 to a chunk", run: decoding("server", [Buffer.concat(eight(masked))]) },
    {
      name: "server, in two pieces",
      run: decoding("server", [masked.slice(0, 40), masked.slice(40)]),
    },
  ]);
});

const eight = (frame: Uint8Array): Uint8Array[] => new Array<Uint8Array>(8).fill(frame);

/** Decodes chunks in turn until so many messages have come. */
function decoding(
  role: "client" | "server",
  chunks: readonly Uint8Array[],
  { mayLend = false }: { readonly mayLend?: boolean } = {},
) {
  return (times: number): number => {
    let messages = 0;
    let sum = 0;
    const ignore = () => {};
    const decoder = new MessageDecoder(
      { role, maxMessageBytes: 1000, mayCompress: false, mayLend },
      {
        onMessage: (_kind, bytes) => {
          if (messages < times) sum += bytes.length;
          messages += 1;
        },
        onPing: ignore,
        onPong: ignore,
        onClose: ignore,
        onViolation: ignore,
      },
    );
    for (let index = 0; messages < times; index += 1) decoder.push(chunks[index % chunks.length]!);
    return sum;
  };
}

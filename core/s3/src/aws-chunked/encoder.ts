import type { ChunkChain } from "../sigv4/chunk-chain.ts";
import type { Field } from "../sigv4/sign.ts";

/** What goes before a chunk's data; after the data goes `chunkEnd`. `sha256` is of the data. */
export function encodeChunkHead({ bytes, sha256, chunks }: ChunkHead): Uint8Array {
  const signature = chunks === undefined ? "" : `;chunk-signature=${chunks.signChunk(sha256)}`;
  return ascii.encode(`${bytes.toString(16)}${signature}\r\n`);
}

export interface ChunkHead {
  readonly bytes: number;
  /** In hexadecimal; of no account where chunks are not signed. */
  readonly sha256: string;
  readonly chunks: ChunkChain | undefined;
}

export const chunkEnd: Uint8Array = new TextEncoder().encode("\r\n");

/** What goes after the last chunk: the empty one and the trailers. */
export function encodeBodyEnd({ trailers, chunks }: BodyEnd): Uint8Array {
  const head = chunks === undefined ? "" : `;chunk-signature=${chunks.signChunk(emptySha256)}`;
  const lines = trailers.map(([name, value]) => `${name}:${value}`);
  const isSigned = chunks !== undefined && lines.length > 0;
  const signature = isSigned ? chunks.signTrailers(lines.map((line) => `${line}\n`).join("")) : "";
  const last = isSigned ? [`x-amz-trailer-signature:${signature}`] : [];
  return ascii.encode([`0${head}`, ...lines, ...last, "", ""].join("\r\n"));
}

export interface BodyEnd {
  readonly trailers: readonly Field[];
  readonly chunks: ChunkChain | undefined;
}

/** The Content-Length of a body that is sent so. Only the lengths of the trailers' values count. */
export function encodedLength({ bytes, chunkBytes, trailers, isSigned }: BodyPlan): number {
  const signature = isSigned ? ";chunk-signature=".length + 64 : 0;
  const chunk = (size: number) => size.toString(16).length + signature + 2 + size + 2;
  const rest = bytes % chunkBytes;
  const whole = ((bytes - rest) / chunkBytes) * chunk(chunkBytes);
  const lines = trailers.reduce((all, [name, value]) => all + name.length + value.length + 3, 0);
  const last = isSigned && trailers.length > 0 ? "x-amz-trailer-signature:".length + 66 : 0;
  return whole + (rest > 0 ? chunk(rest) : 0) + 1 + signature + 2 + lines + last + 2;
}

export interface BodyPlan {
  readonly bytes: number;
  /** Of every chunk but the last. */
  readonly chunkBytes: number;
  readonly trailers: readonly Field[];
  readonly isSigned: boolean;
}

const ascii = new TextEncoder();
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

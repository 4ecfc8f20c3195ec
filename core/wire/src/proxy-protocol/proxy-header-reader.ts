import { ascii, excerpt, latin1 } from "../ascii.ts";
import { WireError } from "../error.ts";
import { ipText, tryParseIp } from "./ip-address.ts";
import { signatureV1, signatureV2 } from "./signature.ts";

/** What a connection through a proxy begins with: who has connected to it. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** "192.0.2.7:40312" or "[2001:db8::1]:443"; undefined when the header names no TCP addresses. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** The proxy connects for itself, as to see whether we are well: version 2 says so. */
  readonly isLocal: boolean;
}

/** 2.1: of the longest line that version 1 can have, with its CR LF. */
const MAX_V1_BYTES = 107;
/** Of version 2: far more than proxies send with their certificates' names; it allows 65,551. */
const MAX_V2_BYTES = 4096;
const V2_HEAD_BYTES = 16;

/**
 * Takes the PROXY protocol's header off the start of a connection, of version 1 or 2 (haproxy's
 * proxy-protocol.txt, 2.1 and 2.2). There must be one: who speaks it does so always.
 */
export class ProxyHeaderReader {
  /** Undefined until push() has returned where it ends. */
  header: ProxyHeader | undefined;
  /** What has come of a header that did not come whole. */
  #buffer: Uint8Array | undefined;
  #buffered = 0;

  /**
   * Returns where in the chunk the header ends, or -1 when it took all of it and wants more.
   *
   * @throws WireError `bad_proxy_header`, as soon as it is clear
   */
  push(chunk: Uint8Array): number {
    const before = this.#buffered;
    const all = before === 0 ? chunk : this.#append(chunk);
    const end = this.#take(all);
    if (end >= 0) {
      this.#buffer = undefined;
      return end - before;
    }
    if (before === 0) this.#append(chunk);
    return -1;
  }

  /** Never more than a header may have: what lies beyond does not help to read it. */
  #append(chunk: Uint8Array): Uint8Array {
    this.#buffer ??= new Uint8Array(MAX_V2_BYTES);
    const fitting = Math.min(chunk.length, MAX_V2_BYTES - this.#buffered);
    this.#buffer.set(chunk.subarray(0, fitting), this.#buffered);
    this.#buffered += fitting;
    return this.#buffer.subarray(0, this.#buffered);
  }

  #take(bytes: Uint8Array): number {
    if (beginsAs(bytes, signatureV1)) return this.#takeV1(bytes);
    if (beginsAs(bytes, signatureV2)) return this.#takeV2(bytes);
    throw bad(`${excerpt(bytes, 0, bytes.length)} does not begin as one`);
  }

  #takeV1(bytes: Uint8Array): number {
    const lf = bytes.subarray(0, MAX_V1_BYTES).indexOf(ascii.lf);
    if (lf < 0) {
      if (bytes.length < MAX_V1_BYTES) return -1;
      throw bad(`version 1 has at most ${MAX_V1_BYTES} bytes`);
    }
    if (bytes[lf - 1] !== ascii.cr) throw bad("version 1 must end with CR LF");
    this.header = headerOfLine(latin1(bytes, 0, lf - 1));
    return lf + 1;
  }

  #takeV2(bytes: Uint8Array): number {
    if (bytes.length < V2_HEAD_BYTES) return -1;
    const end = V2_HEAD_BYTES + uint16(bytes, 14);
    if (end > MAX_V2_BYTES) throw bad(`it has ${end} bytes: the limit is ${MAX_V2_BYTES}`);
    if (bytes.length < end) return -1;
    this.header = headerOfBytes(bytes.subarray(0, end));
    return end;
  }
}

/** So far: the bytes may be fewer than the signature's. */
function beginsAs(bytes: Uint8Array, signature: Uint8Array): boolean {
  const known = Math.min(bytes.length, signature.length);
  for (let index = 0; index < known; index += 1) {
    if (bytes[index] !== signature[index]) return false;
  }
  return true;
}

function headerOfLine(line: string): ProxyHeader {
  const [, family, ...parts] = line.split(" ");
  // What may follow UNKNOWN is to be ignored.
  if (family === "UNKNOWN") return nobody(1);
  const [from, to, fromPort, toPort] = parts;
  const size = family === "TCP4" ? 4 : family === "TCP6" ? 16 : 0;
  const source = tryEndpoint(from, fromPort, size);
  const destination = tryEndpoint(to, toPort, size);
  if (parts.length !== 4 || source === undefined || destination === undefined) {
    throw bad(`${JSON.stringify(line)} must be like "PROXY TCP4 192.0.2.7 192.0.2.1 40312 80"`);
  }
  return { version: 1, source, destination, isLocal: false };
}

function tryEndpoint(
  address: string | undefined,
  port: string | undefined,
  size: number,
): string | undefined {
  const bytes = tryParseIp(address ?? "");
  if (bytes?.length !== size) return undefined;
  if (!/^(0|[1-9][0-9]{0,4})$/.test(port ?? "") || Number(port) > 65_535) return undefined;
  return endpoint(bytes, Number(port));
}

const endpoint = (address: Uint8Array, port: number): string =>
  address.length === 4 ? `${ipText(address)}:${port}` : `[${ipText(address)}]:${port}`;

/** By the family, which is the upper half of its byte: bytes of an address block. */
const addressBytes: readonly number[] = [0, 12, 36, 216];
const STREAM = 1;
const DATAGRAM = 2;

function headerOfBytes(bytes: Uint8Array): ProxyHeader {
  const command = bytes[12]!;
  if (command >> 4 !== 2) throw bad(`version ${command >> 4} is none that is known`);
  if (command === 0x20) return { ...nobody(2), isLocal: true };
  if (command !== 0x21) throw bad(`command ${command & 0x0f} is none that is known`);
  const family = bytes[13]! >> 4;
  const transport = bytes[13]! & 0x0f;
  const size = addressBytes[family];
  if (size === undefined || transport > DATAGRAM) {
    throw bad(`family ${family} with transport ${transport} is none that is known`);
  }
  const extras = V2_HEAD_BYTES + size;
  if (bytes.length < extras) throw bad("its addresses do not fit its length");
  checkExtras(bytes, extras);
  if (transport !== STREAM || (size !== 12 && size !== 36)) return nobody(2);
  const width = (size - 4) / 2;
  const addressAt = (at: number) => bytes.subarray(V2_HEAD_BYTES + at, V2_HEAD_BYTES + at + width);
  return {
    version: 2,
    source: endpoint(addressAt(0), uint16(bytes, extras - 4)),
    destination: endpoint(addressAt(width), uint16(bytes, extras - 2)),
    isLocal: false,
  };
}

/** 2.2.1: type, length, value, over and over. What they say is not used. */
function checkExtras(bytes: Uint8Array, from: number): void {
  let at = from;
  while (at + 3 <= bytes.length) at += 3 + uint16(bytes, at + 1);
  if (at !== bytes.length) throw bad("what follows its addresses does not fit its length");
}

const nobody = (version: 1 | 2): ProxyHeader => ({
  version,
  source: undefined,
  destination: undefined,
  isLocal: false,
});

const uint16 = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;

const bad = (what: string): WireError =>
  new WireError("bad_proxy_header", `Cannot read the PROXY protocol's header: ${what}`);

import {
  type GrpcCall,
  GrpcError,
  type GrpcFailureCode,
  type GrpcService,
  grpcCodes,
  grpcService,
  type MessageCodec,
  MessageParts,
  type Metadata,
  messageCodec,
  protoFile,
  stream,
  unary,
} from "@breakwater/grpc-server";
import { echoProto } from "./echo-proto.ts";

export interface EchoServiceOptions {
  readonly hostname: string;
  /** In ns since 1970. */
  readonly unixNano: () => bigint;
}

/** The whole 64 bits, which a number has no room for; protobufjs takes it as it gives it. */
interface Int64 {
  readonly low: number;
  readonly high: number;
}

interface EchoRequest {
  readonly message: string;
  readonly timestamp: Int64;
  readonly responseCode: number;
}

interface EchoResponse {
  readonly message: string;
  readonly requestTimestamp: Int64;
  readonly responseTimestamp: Int64;
  readonly serverHostname: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly method: string;
}

/** echo.EchoService: each message comes back, or the status that it asks for. */
export function echoService({ hostname, unixNano }: EchoServiceOptions): GrpcService {
  const file = protoFile({ name: "echo.proto", text: echoProto });
  const rests = new Rests(messageCodec(file.root.lookupType("echo.EchoResponse")), hostname);
  const answer = (request: EchoRequest, call: GrpcCall): MessageParts<EchoResponse> => {
    const { message, timestamp, responseCode } = request;
    if (responseCode !== 0) throw requestedError(responseCode);
    const responseTimestamp = toInt64(unixNano());
    const own = { message, requestTimestamp: timestamp, responseTimestamp };
    return new MessageParts<EchoResponse>(own, rests.of(call));
  };
  return grpcService({
    file,
    name: "echo.EchoService",
    handlers: {
      Echo: unary<EchoRequest, EchoResponse>(answer),
      StreamEcho: stream<EchoRequest, EchoResponse>((call) => ({
        onMessage(request) {
          call.send(answer(request, call));
        },
        onEnd: () => call.end(),
      })),
    },
  });
}

/** Each may be as long as a request's head. */
const MAX_RESTS = 100;

/**
 * What answers say of a call's head and of the server, encoded once for calls that are alike.
 *
 * Hot path: to encode it takes four times as long as all else in an answer.
 */
class Rests {
  readonly #codec: MessageCodec;
  readonly #serverHostname: string;
  readonly #known = new Map<string, Uint8Array>();

  constructor(codec: MessageCodec, serverHostname: string) {
    this.#codec = codec;
    this.#serverHostname = serverHostname;
  }

  of({ path, authority, metadata }: GrpcCall): Uint8Array {
    let key = `${path}\n${authority}`;
    for (const [name, value] of metadata) key += `\n${name}\n${toText(value)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const rest = this.#codec.encodeRest({
      serverHostname: this.#serverHostname,
      metadata: firstValues(authority, metadata),
      method: path,
    });
    if (this.#known.size >= MAX_RESTS) this.#known.clear();
    this.#known.set(key, rest);
    return rest;
  }
}

/** What the seed's server, which is grpc-go's, gives its handlers. */
function firstValues(authority: string, metadata: Metadata): Record<string, string> {
  // Without a prototype, in which a name such as "constructor" would be found.
  const values: Record<string, string> = Object.create(null);
  values[":authority"] = authority;
  for (const [name, value] of metadata) values[name] ??= toText(value);
  return values;
}

function toText(value: string | Uint8Array): string {
  return typeof value === "string" ? value : Buffer.from(value).toString("base64");
}

function toInt64(value: bigint): Int64 {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
}

function requestedError(code: number): GrpcError {
  const name = codeNames.get(code);
  if (name !== undefined) return new GrpcError(name, `requested error: ${nameInGo(name)}`);
  return new GrpcError("UNKNOWN", `Cannot answer with status ${code}: gRPC has 0 to 16`);
}

const codeNames: ReadonlyMap<number, GrpcFailureCode> = new Map(
  Object.entries(grpcCodes)
    .filter(([name]) => name !== "OK")
    .map(([name, code]) => [code, name as GrpcFailureCode]),
);

/** "NotFound" for NOT_FOUND, as grpc-go writes it; it has one L in CANCELLED. */
function nameInGo(name: GrpcFailureCode): string {
  if (name === "CANCELLED") return "Canceled";
  return name.toLowerCase().replace(/(?:^|_)(.)/g, (_all, first: string) => first.toUpperCase());
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { decodeMessage } from "../json/decode-message.ts";
import { encodeMessage } from "../json/encode-message.ts";
import { ownMessage } from "../schema/own-messages.ts";
import { protoFolder } from "./schemas.ts";

export interface TestServer extends Disposable {
  /** "127.0.0.1:port" */
  readonly address: string;
  readonly port: number;
  /** Metadata of the calls that came, in order. */
  readonly seen: readonly Metadata[];
  /** Drops all connections. */
  drop(): void;
}

export interface TestServerOptions {
  readonly credentials?: ServerCredentials;
  /** Names of the reflection service that it has: "v1", "v1alpha". */
  readonly reflection?: readonly string[];
}

interface Message {
  readonly aString?: string;
}

/**
 * Everything and health, by grpc-js and protobufjs's own codec. Echo's aString makes it fail:
 * "fail", "slow" (never answers), "details".
 */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const seen: Metadata[] = [];
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  const files = ["everything.proto", "old.proto"];
  const definition = loadSync(files, { includeDirs: [protoFolder], longs: String, defaults: true });
  const service = definition["everything.v1.Everything"] as Record<string, never>;
  server.addService(service, implementation(seen));
  server.addService(healthService, { Check: checkHealth });
  for (const version of options.reflection ?? []) {
    server.addService(reflectionService(version), { ServerReflectionInfo: reflectOn });
  }
  const credentials = options.credentials ?? ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    port,
    seen,
    drop: () => server.forceShutdown(),
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}

function implementation(seen: Metadata[]): UntypedServiceImplementation {
  const echo: handleUnaryCall<Message, Message> = (call, answer) => {
    seen.push(call.metadata);
    const headers = new Metadata();
    headers.add("twice", "1");
    headers.add("twice", "2");
    headers.add("raw-bin", Buffer.from([0, 255]));
    call.sendMetadata(headers);
    const metadata = new Metadata();
    metadata.add("last", "word");
    const { aString } = call.request;
    if (aString === "slow") return;
    if (aString === "details") metadata.add("grpc-status-details-bin", detailedStatus());
    if (aString === "fail" || aString === "details")
      answer({ code: 5, details: "not hère", metadata });
    else answer(null, call.request, metadata);
  };
  const count: handleServerStreamingCall<{ from: number; to: number }, { value: number }> = (
    call,
  ) => {
    seen.push(call.metadata);
    for (let value = call.request.from; value < call.request.to; value += 1) call.write({ value });
    if (call.request.to < call.request.from) call.emit("error", { code: 11, details: "backwards" });
    else call.end();
  };
  const sum = (
    call: ServerReadableStream<{ value: number }, { value: number }>,
    answer: sendUnaryData<{ value: number }>,
  ): void => {
    let value = 0;
    call.on("data", (number: { value: number }) => {
      value += number.value;
    });
    call.on("end", () => answer(null, { value }));
  };
  const mirror: handleBidiStreamingCall<Message, Message> = (call) => {
    call.on("data", (message: Message) => call.write(message));
    call.on("end", () => call.end());
  };
  return { Echo: echo, Count: count, Sum: sum, Mirror: mirror };
}

/** Code 5 with a Range, and something that nobody knows. */
function detailedStatus(): Buffer {
  const details = [
    { typeUrl: "type.googleapis.com/everything.v1.Range", value: "CAQ=" },
    { typeUrl: "type.googleapis.com/unknown.Thing", value: "AQ==" },
  ];
  const status = { code: 5, message: "not hère", details };
  return Buffer.from(encodeMessage(ownMessage("google.rpc.Status"), status));
}

type Json = Record<string, unknown>;

function rawMethod(
  path: string,
  types: readonly [request: string, response: string],
  isStream: boolean,
): MethodDefinition<Json, Json> {
  const [request, response] = types;
  const encode = (type: string) => (value: Json) =>
    Buffer.from(encodeMessage(ownMessage(type), value));
  const decode = (type: string) => (bytes: Buffer) =>
    decodeMessage(ownMessage(type), bytes) as Json;
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: encode(request),
    requestDeserialize: decode(request),
    responseSerialize: encode(response),
    responseDeserialize: decode(response),
  };
}

const healthService = {
  Check: rawMethod("/grpc.health.v1.Health/Check", ["health.Request", "health.Response"], false),
};

const checkHealth: handleUnaryCall<Json, Json> = ({ request: { service } }, answer) => {
  if (service === "gone") answer({ code: 5, details: "unknown service" });
  else answer(null, { status: service === "down" ? 2 : 1 });
};

const reflectionService = (version: string) => ({
  ServerReflectionInfo: rawMethod(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    ["reflection.Request", "reflection.Response"],
    true,
  ),
});

/** Each file alone, so that imports have to be asked for. */
const reflectOn: handleBidiStreamingCall<Json, Json> = (call) => {
  const files = describedFiles();
  call.on("data", ({ listServices, fileContainingSymbol, fileByFilename }: Json) => {
    const name = fileContainingSymbol ? "everything.proto" : (fileByFilename as string);
    const file = files.get(name);
    if (listServices) {
      call.write({ listServicesResponse: { service: [{ name: "everything.v1.Everything" }] } });
    } else if (file) {
      call.write({ fileDescriptorResponse: { fileDescriptorProto: [file] } });
    } else {
      call.write({ errorResponse: { errorCode: 5, errorMessage: `no ${name}` } });
    }
  });
  call.on("end", () => call.end());
};

/** Serialized file descriptors by name, cut out of the set. */
function describedFiles(): Map<string, Uint8Array> {
  const set = readFileSync(join(protoFolder, "all.protoset"));
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at < set.length; ) {
    // Field 1, length-delimited, and a varint of up to two bytes.
    const isLong = set[at + 1]! >= 0x80;
    const length = isLong ? (set[at + 1]! & 0x7f) + set[at + 2]! * 128 : set[at + 1]!;
    const from = at + (isLong ? 3 : 2);
    const file = set.subarray(from, from + length);
    files.set(file.toString("latin1", 2, 2 + file[1]!), file);
    at = from + length;
  }
  return files;
}

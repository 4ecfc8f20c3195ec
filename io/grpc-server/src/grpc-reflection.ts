import protobuf from "protobufjs";
import { type GrpcService, grpcService, stream } from "./grpc-service.ts";
import { type ProtoFile, protoFile } from "./proto-file.ts";
import { type ReflectionVersion, reflectionProto } from "./reflection-proto.ts";
import { type GrpcFailureCode, grpcCodes } from "./status.ts";

/** The services, and those that describe all of them: grpc.reflection, v1 and v1alpha. */
export function withReflection(services: readonly GrpcService[]): readonly GrpcService[] {
  const all: GrpcService[] = [...services];
  // Each is asked for when all are there: they also describe themselves.
  const reflections = versions.map((version) => reflectionService(version, all));
  all.push(...reflections);
  return all;
}

const versions = ["v1", "v1alpha"] as const;

interface ReflectionRequest {
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
  readonly fileContainingExtension?: { containingType: string; extensionNumber: number };
  readonly allExtensionNumbersOfType?: string;
  readonly listServices?: string;
  /** Which of them was sent. */
  readonly messageRequest?: Question;
}

type Question =
  | "fileByFilename"
  | "fileContainingSymbol"
  | "fileContainingExtension"
  | "allExtensionNumbersOfType"
  | "listServices";

function reflectionService(
  version: ReflectionVersion,
  services: readonly GrpcService[],
): GrpcService {
  const name = `grpc/reflection/${version}/reflection.proto`;
  return grpcService({
    file: protoFile({ name, text: reflectionProto(version) }),
    name: `grpc.reflection.${version}.ServerReflection`,
    handlers: {
      ServerReflectionInfo: stream<ReflectionRequest, unknown>((call) => ({
        onMessage(request) {
          call.send({ originalRequest: request, ...answer(services, request) });
        },
        onEnd: () => call.end(),
      })),
    },
  });
}

/** One of ServerReflectionResponse.message_response. */
type Answer = Readonly<Record<string, unknown>>;

function answer(services: readonly GrpcService[], request: ReflectionRequest): Answer {
  const files = new Set(services.map(({ file }) => file));
  const find = (what: string, has: (file: ProtoFile) => boolean): Answer => {
    const found = [...files].find(has);
    if (found === undefined) return failure("NOT_FOUND", `Cannot find ${what}`);
    return { fileDescriptorResponse: { fileDescriptorProto: [found.descriptor] } };
  };
  switch (request.messageRequest) {
    case "listServices":
      return { listServicesResponse: { service: services.map(({ name }) => ({ name })) } };
    case "fileByFilename":
      return find(`the file ${request.fileByFilename}`, ({ name }) => {
        return name === request.fileByFilename;
      });
    case "fileContainingSymbol":
      return find(`the symbol ${request.fileContainingSymbol}`, ({ root }) => {
        return hasSymbol(root, request.fileContainingSymbol ?? "");
      });
    case "fileContainingExtension": {
      const { containingType = "", extensionNumber } = request.fileContainingExtension ?? {};
      // What protoFile() reads is proto3, which extends nothing but options.
      return failure("NOT_FOUND", `Cannot find extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const name = request.allExtensionNumbersOfType ?? "";
      if (![...files].some(({ root }) => hasType(root, name))) {
        return failure("NOT_FOUND", `Cannot find the type ${name}`);
      }
      return { allExtensionNumbersResponse: { baseTypeName: name, extensionNumber: [] } };
    }
    default:
      return failure("INVALID_ARGUMENT", "Cannot answer a request that asks for nothing");
  }
}

function failure(code: GrpcFailureCode, errorMessage: string): Answer {
  return { errorResponse: { errorCode: grpcCodes[code], errorMessage } };
}

function hasType(root: protobuf.Root, name: string): boolean {
  return lookUp(root, name) instanceof protobuf.Type;
}

/** Whether there is a service, method, message, enum, field or oneof of that full name. */
function hasSymbol(root: protobuf.Root, name: string): boolean {
  const found = lookUp(root, name);
  if (found !== null) return !(found.constructor === protobuf.Namespace);
  const dot = name.lastIndexOf(".");
  const parent = lookUp(root, name.slice(0, Math.max(0, dot)));
  const last = name.slice(dot + 1);
  if (parent instanceof protobuf.Service) return Object.hasOwn(parent.methods, last);
  if (parent instanceof protobuf.Type) return parent.get(last) !== null;
  return parent instanceof protobuf.Enum && Object.hasOwn(parent.values, last);
}

/** By the full name, without looking into outer scopes or for parts of a name. */
function lookUp(root: protobuf.Root, name: string): protobuf.ReflectionObject | null {
  if (name === "") return null;
  const found = root.lookup(name.split("."));
  return found?.fullName === `.${name}` ? found : null;
}

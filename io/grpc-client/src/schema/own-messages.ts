import protobuf from "protobufjs";
import { schemaFromRoot } from "./from-root.ts";
import type { MessageType, TypeSource } from "./message-type.ts";

/** The messages of gRPC itself: health, reflection, and the details of a status. */
const definitions: protobuf.INamespace = {
  nested: {
    health: {
      nested: {
        Request: { fields: { service: { type: "string", id: 1 } } },
        Response: { fields: { status: { type: "int32", id: 1 } } },
      },
    },
    reflection: {
      nested: {
        Request: {
          fields: {
            host: { type: "string", id: 1 },
            fileByFilename: { type: "string", id: 3 },
            fileContainingSymbol: { type: "string", id: 4 },
            listServices: { type: "string", id: 7 },
          },
          oneofs: { what: { oneof: ["fileByFilename", "fileContainingSymbol", "listServices"] } },
        },
        Response: {
          fields: {
            fileDescriptorResponse: { type: "Files", id: 4 },
            listServicesResponse: { type: "Services", id: 6 },
            errorResponse: { type: "Failure", id: 7 },
          },
        },
        Files: { fields: { fileDescriptorProto: { rule: "repeated", type: "bytes", id: 1 } } },
        Services: { fields: { service: { rule: "repeated", type: "Service", id: 1 } } },
        Service: { fields: { name: { type: "string", id: 1 } } },
        Failure: {
          fields: {
            errorCode: { type: "int32", id: 1 },
            errorMessage: { type: "string", id: 2 },
          },
        },
      },
    },
    google: {
      nested: {
        rpc: {
          nested: {
            Status: {
              fields: {
                code: { type: "int32", id: 1 },
                message: { type: "string", id: 2 },
                details: { rule: "repeated", type: "Detail", id: 3 },
              },
            },
            // An Any whose type is looked up among the script's, which are not known here.
            Detail: {
              fields: { typeUrl: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } },
            },
          },
        },
      },
    },
  },
};

let source: TypeSource | undefined;

/** "health.Request", "reflection.Response", "google.rpc.Status" and the like. */
export function ownMessage(name: string): MessageType {
  source ??= schemaFromRoot(
    protobuf.Root.fromJSON(definitions).resolveAll() as protobuf.Root,
  ).types;
  const type = source.tryMessage(name);
  if (type === undefined) throw new Error(`There is no built-in type ${name}`);
  return type;
}

import protobuf from "protobufjs";
import { describeFile } from "./describe-file.ts";

/** A .proto file, read: to serve its services, and to describe them by reflection. */
export interface ProtoFile {
  /** As others would import it: "grpc/health/v1/health.proto". */
  readonly name: string;
  readonly root: protobuf.Root;
  /** The file's google.protobuf.FileDescriptorProto. */
  readonly descriptor: Uint8Array;
}

export interface ProtoText {
  readonly name: string;
  /** In proto3, and importing nothing. */
  readonly text: string;
}

/** @throws Error when the text is not proto3, or imports other files */
export function protoFile({ name, text }: ProtoText): ProtoFile {
  const { root, imports } = protobuf.parse(text);
  // In messages names are camelCase, as JSON has them; the descriptor has them as written.
  const asWritten = protobuf.parse(text, { keepCase: true });
  if (imports?.length) throw new Error(`Cannot read ${name}: it imports ${imports.join(", ")}`);
  if (!/^\s*syntax\s*=\s*"proto3"/m.test(text)) throw new Error(`Cannot read ${name}: not proto3`);
  root.resolveAll();
  asWritten.root.resolveAll();
  const descriptor = describeFile({
    name,
    package: asWritten.package ?? "",
    root: asWritten.root,
  });
  return { name, root, descriptor };
}

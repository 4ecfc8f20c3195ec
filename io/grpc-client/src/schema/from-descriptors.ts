import protobuf from "protobufjs";
import descriptorJson from "protobufjs/google/protobuf/descriptor.json";
import { GrpcClientError } from "../error.ts";
import { decodeMessage } from "../json/decode-message.ts";
import { wellKnownOf } from "../json/well-known.ts";
import { schemaFromRoot } from "./from-root.ts";
import {
  type EnumType,
  enumTypeOf,
  type FieldType,
  isPackable,
  jsonNameOf,
  type MessageType,
  MessageTypeBuilder,
  type ScalarKind,
  type TypeSource,
} from "./message-type.ts";
import { grpcMethod, type Schema } from "./schema.ts";

/** Of google/protobuf/descriptor.proto, what matters here; decoded by our own codec. */
interface FileDescriptor {
  readonly name: string | null;
  readonly package: string | null;
  readonly dependency: readonly string[];
  readonly syntax: string | null;
  readonly edition: string | null;
  readonly messageType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly service: readonly ServiceDescriptor[];
  readonly options: Options | null;
}

interface MessageDescriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly oneofDecl: readonly { readonly name: string }[];
  readonly options: (Options & { readonly mapEntry: boolean | null }) | null;
}

interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string | null;
  readonly jsonName: string | null;
  readonly oneofIndex: number | null;
  readonly options: (Options & { readonly packed: boolean | null }) | null;
}

interface EnumDescriptor {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

interface ServiceDescriptor {
  readonly name: string;
  readonly method: readonly {
    readonly name: string;
    readonly inputType: string;
    readonly outputType: string;
    readonly clientStreaming: boolean | null;
    readonly serverStreaming: boolean | null;
  }[];
}

interface Options {
  readonly features?: Partial<Readonly<Record<keyof Features, string | null>>> | null;
}

/** What editions call features; the two syntaxes are sets of them. */
interface Features {
  readonly fieldPresence: string;
  readonly repeatedFieldEncoding: string;
  readonly messageEncoding: string;
}

interface Known<T> {
  readonly descriptor: T;
  readonly features: Features;
}

const proto2: Features = {
  fieldPresence: "EXPLICIT",
  repeatedFieldEncoding: "EXPANDED",
  messageEncoding: "LENGTH_PREFIXED",
};
const proto3: Features = { ...proto2, fieldPresence: "IMPLICIT", repeatedFieldEncoding: "PACKED" };
const editions: Features = { ...proto2, repeatedFieldEncoding: "PACKED" };

/** A serialized FileDescriptorSet, as protoc --descriptor_set_out writes it. */
export function schemaFromDescriptorSet(bytes: Uint8Array, name: string): Schema {
  let set: { readonly file: readonly FileDescriptor[] };
  try {
    set = decodeMessage(descriptorType("FileDescriptorSet"), bytes) as typeof set;
  } catch (cause) {
    const why = "it is no FileDescriptorSet; make it with protoc --descriptor_set_out";
    throw new GrpcClientError("bad_schema", `Cannot load ${name}: ${why}`, cause);
  }
  return schemaFromFiles(set.file, name);
}

/** Serialized FileDescriptorProtos, as reflection gives them. */
export function schemaFromFileDescriptors(files: readonly Uint8Array[], name: string): Schema {
  return schemaFromFiles(files.map(decodeFile), name);
}

/** A serialized FileDescriptorProto's name, and of the files that it imports. */
export function importsOf(bytes: Uint8Array): { name: string; imports: readonly string[] } {
  const { name, dependency } = decodeFile(bytes);
  return { name: name ?? "", imports: dependency };
}

function decodeFile(bytes: Uint8Array): FileDescriptor {
  return decodeMessage(descriptorType("FileDescriptorProto"), bytes) as FileDescriptor;
}

let descriptors: TypeSource | undefined;

function descriptorType(name: string): MessageType {
  descriptors ??= schemaFromRoot(
    protobuf.Root.fromJSON(descriptorJson).resolveAll() as protobuf.Root,
  ).types;
  return descriptors.tryMessage(`google.protobuf.${name}`)!;
}

function schemaFromFiles(files: readonly FileDescriptor[], name: string): Schema {
  const types = new DescribedTypes(files, name);
  const methods = files.flatMap((file) =>
    file.service.flatMap((service) =>
      service.method.map((method) =>
        grpcMethod({
          service: service.name,
          name: method.name,
          package: file.package ?? "",
          isClientStream: method.clientStreaming === true,
          isServerStream: method.serverStreaming === true,
          input: () => types.message(method.inputType),
          output: () => types.message(method.outputType),
        }),
      ),
    ),
  );
  return { methods, types };
}

/** Makes types when they are asked for. Names have a leading dot here, as descriptors give them. */
class DescribedTypes implements TypeSource {
  readonly #name: string;
  readonly #messages = new Map<string, Known<MessageDescriptor>>();
  readonly #enums = new Map<string, EnumDescriptor>();
  readonly #builtMessages = new Map<string, MessageType>();
  readonly #builtEnums = new Map<string, EnumType>();

  constructor(files: readonly FileDescriptor[], name: string) {
    this.#name = name;
    for (const file of files) {
      const scope = file.package ? `.${file.package}` : "";
      const features = withOptions(featuresOf(file), file.options);
      for (const message of file.messageType) this.#index(scope, message, features);
      for (const type of file.enumType) this.#enums.set(`${scope}.${type.name}`, type);
    }
  }

  tryMessage(fullName: string): MessageType | undefined {
    return this.#messages.has(`.${fullName}`) ? this.message(`.${fullName}`) : undefined;
  }

  /** @throws GrpcClientError when it was not described */
  message(name: string): MessageType {
    const built = this.#builtMessages.get(name);
    if (built) return built;
    const known = this.#messages.get(name);
    if (known === undefined) throw this.#missing(name);
    const fullName = name.slice(1);
    const type = new MessageTypeBuilder(fullName, wellKnownOf(fullName, this));
    this.#builtMessages.set(name, type);
    for (const field of known.descriptor.field) type.add(this.#field(field, known));
    return type;
  }

  #index(scope: string, message: MessageDescriptor, outer: Features): void {
    const name = `${scope}.${message.name}`;
    const features = withOptions(outer, message.options);
    this.#messages.set(name, { descriptor: message, features });
    for (const nested of message.nestedType) this.#index(name, nested, features);
    for (const type of message.enumType) this.#enums.set(`${name}.${type.name}`, type);
  }

  #field(
    field: FieldDescriptor,
    { descriptor, features: outer }: Known<MessageDescriptor>,
  ): FieldType {
    const features = withOptions(outer, field.options);
    const label = field.label.replace("LABEL_", "").toLowerCase();
    const kind = field.type.replace("TYPE_", "").toLowerCase() as FieldType["kind"];
    const isMessage = kind === "message" || kind === "group";
    const isRepeated = label === "repeated";
    const oneof = isAbsent(field.oneofIndex) ? undefined : descriptor.oneofDecl[field.oneofIndex!];
    const map = isRepeated && kind === "message" ? this.#tryMap(field.typeName!) : undefined;
    const isPacked = field.options?.packed ?? features.repeatedFieldEncoding === "PACKED";
    const isDelimited = isMessage && features.messageEncoding === "DELIMITED" && !map;
    return {
      number: field.number,
      name: field.name,
      jsonName: field.jsonName || jsonNameOf(field.name),
      kind: isDelimited ? "group" : (kind as ScalarKind | "enum" | "message" | "group"),
      message: isMessage && !map ? this.message(field.typeName!) : undefined,
      enumType: kind === "enum" ? this.#enum(field.typeName!) : undefined,
      isRepeated,
      isPacked: isRepeated && isPacked && isPackable(kind),
      isRequired: label === "required" || features.fieldPresence === "LEGACY_REQUIRED",
      hasPresence:
        !isRepeated && (isMessage || oneof !== undefined || features.fieldPresence !== "IMPLICIT"),
      oneof: oneof?.name,
      map,
    };
  }

  /** A map is a list of entries that have a type of their own. */
  #tryMap(typeName: string): FieldType["map"] {
    const known = this.#messages.get(typeName);
    if (known?.descriptor.options?.mapEntry !== true) return undefined;
    const entry = this.message(typeName);
    return { key: entry.byNumber.get(1)!, value: entry.byNumber.get(2)! };
  }

  #enum(name: string): EnumType {
    const built = this.#builtEnums.get(name);
    if (built) return built;
    const descriptor = this.#enums.get(name);
    if (descriptor === undefined) throw this.#missing(name);
    const values = descriptor.value.map((value) => [value.name, value.number] as const);
    const made = enumTypeOf(name.slice(1), values);
    this.#builtEnums.set(name, made);
    return made;
  }

  #missing(name: string): GrpcClientError {
    const why = `${name.slice(1)} is not described; was it made with --include_imports?`;
    return new GrpcClientError("bad_schema", `Cannot use ${this.#name}: ${why}`);
  }
}

const isAbsent = (value: unknown): boolean => value === null || value === undefined;

function featuresOf({ syntax, edition }: FileDescriptor): Features {
  if (syntax === "proto3") return proto3;
  return syntax === "editions" || (edition && edition !== "EDITION_UNKNOWN") ? editions : proto2;
}

function withOptions(features: Features, options: Options | null): Features {
  const own = options?.features;
  if (!own) return features;
  const given = Object.entries(own).filter(([, value]) => value && !value.endsWith("_UNKNOWN"));
  return given.length === 0 ? features : { ...features, ...Object.fromEntries(given) };
}

import protobuf from "protobufjs";
import {
  FileDescriptorProto,
  type IDescriptorProto,
  type IEnumDescriptorProto,
  type IFieldDescriptorProto,
  type IServiceDescriptorProto,
} from "protobufjs/ext/descriptor/index.js";

export interface FileToDescribe {
  readonly name: string;
  readonly package: string;
  /** Of that file alone, with names as written, all resolved. */
  readonly root: protobuf.Root;
}

/**
 * A file's google.protobuf.FileDescriptorProto, as protoc makes it but for options and comments.
 * protobufjs' own toDescriptor() leaves types unqualified, which Go's clients refuse.
 */
export function describeFile({ name, package: packageName, root }: FileToDescribe): Uint8Array {
  const namespace = packageName === "" ? root : root.lookup(packageName);
  if (!(namespace instanceof protobuf.Namespace)) throw new Error(`${name} has no package`);
  const parts = namespace.nestedArray;
  const bytes = FileDescriptorProto.encode({
    name,
    package: packageName,
    messageType: parts.filter(isType).map(describeType),
    enumType: parts.filter(isEnum).map(describeEnum),
    service: parts.filter(isService).map(describeService),
    syntax: "proto3",
  }).finish();
  return new Uint8Array(bytes);
}

const isType = (part: unknown): part is protobuf.Type => part instanceof protobuf.Type;
const isEnum = (part: unknown): part is protobuf.Enum => part instanceof protobuf.Enum;
const isService = (part: unknown): part is protobuf.Service => part instanceof protobuf.Service;

function describeType(type: protobuf.Type): IDescriptorProto {
  const fields = type.fieldsArray;
  const oneofs = type.oneofsArray;
  return {
    name: type.name,
    field: fields.map((field) => describeField(field, oneofs)),
    nestedType: [
      ...type.nestedArray.filter(isType).map(describeType),
      ...fields.filter((field) => field instanceof protobuf.MapField).map(describeMapEntry),
    ],
    enumType: type.nestedArray.filter(isEnum).map(describeEnum),
    oneofDecl: oneofs.map(({ name }) => ({ name })),
  };
}

/** The descriptor's own FieldDescriptorProto.proto3_optional, which protobufjs' types leave out. */
type FieldDescriptor = IFieldDescriptorProto & { readonly proto3Optional?: boolean };

function describeField(field: protobuf.Field, oneofs: readonly protobuf.OneOf[]): FieldDescriptor {
  const isMap = field instanceof protobuf.MapField;
  const { partOf } = field;
  return {
    name: field.name,
    number: field.id,
    label: isMap || field.repeated ? label.repeated : label.optional,
    ...(isMap
      ? { type: messageKind, typeName: `${field.parent!.fullName}.${mapEntryName(field)}` }
      : describeKind(field)),
    jsonName: jsonName(field.name),
    ...(partOf === null ? {} : { oneofIndex: oneofs.indexOf(partOf) }),
    ...(partOf?.isProto3Optional ? { proto3Optional: true } : {}),
  };
}

function describeKind({ type, resolvedType }: protobuf.FieldBase): IFieldDescriptorProto {
  if (resolvedType === null) return { type: scalarKinds[type]! };
  const kind = resolvedType instanceof protobuf.Enum ? enumKind : messageKind;
  return { type: kind, typeName: resolvedType.fullName };
}

/** A map is a repeated message of keys and values, which no file shows. */
function describeMapEntry(field: protobuf.MapField): IDescriptorProto {
  const optional = label.optional;
  const key = { name: "key", number: 1, label: optional, type: scalarKinds[field.keyType]! };
  const value = { name: "value", number: 2, label: optional, ...describeKind(field) };
  return {
    name: mapEntryName(field),
    field: [
      { ...key, jsonName: "key" },
      { ...value, jsonName: "value" },
    ],
    options: { mapEntry: true },
  };
}

function mapEntryName({ name }: protobuf.FieldBase): string {
  const camel = jsonName(name);
  return `${camel[0]!.toUpperCase()}${camel.slice(1)}Entry`;
}

function describeEnum({ name, values }: protobuf.Enum): IEnumDescriptorProto {
  return { name, value: Object.entries(values).map(([key, number]) => ({ name: key, number })) };
}

function describeService(service: protobuf.Service): IServiceDescriptorProto {
  return {
    name: service.name,
    method: service.methodsArray.map((method) => ({
      name: method.name,
      inputType: method.resolvedRequestType!.fullName,
      outputType: method.resolvedResponseType!.fullName,
      ...(method.requestStream === true ? { clientStreaming: true } : {}),
      ...(method.responseStream === true ? { serverStreaming: true } : {}),
    })),
  };
}

/** protoc's rule: underscores go, and what follows one is upper case. */
function jsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_all, next: string) => next.toUpperCase());
}

/** FieldDescriptorProto.Label */
const label = { optional: 1, repeated: 3 } as const;

/** FieldDescriptorProto.Type */
const messageKind = 11;
const enumKind = 14;
const scalarKinds: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};

import protobuf from "protobufjs";
import { wellKnownOf } from "../json/well-known.ts";
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

/** What protobufjs has parsed, as a schema. Its names are to be resolved. */
export function schemaFromRoot(root: protobuf.Root): Schema {
  const types = new RootTypes(root);
  const services = [...servicesOf(root)];
  const methods = services.flatMap((service) =>
    service.methodsArray.map((method) =>
      grpcMethod({
        service: service.name,
        name: method.name,
        package: nameOf(service.parent),
        isClientStream: method.requestStream === true,
        isServerStream: method.responseStream === true,
        input: () => types.of(method.resolvedRequestType!),
        output: () => types.of(method.resolvedResponseType!),
      }),
    ),
  );
  return { methods, types };
}

const nameOf = (object: protobuf.ReflectionObject | null): string =>
  (object?.fullName ?? "").replace(/^\./, "");

function* servicesOf(namespace: protobuf.NamespaceBase): Iterable<protobuf.Service> {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Service) yield nested;
    else if (nested instanceof protobuf.Namespace) yield* servicesOf(nested);
  }
}

/** Makes types when they are asked for. */
class RootTypes implements TypeSource {
  readonly #root: protobuf.Root;
  readonly #messages = new Map<protobuf.Type, MessageType>();
  readonly #enums = new Map<protobuf.Enum, EnumType>();

  constructor(root: protobuf.Root) {
    this.#root = root;
  }

  tryMessage(fullName: string): MessageType | undefined {
    const found = this.#root.lookup(fullName, [protobuf.Type]);
    return found instanceof protobuf.Type && nameOf(found) === fullName
      ? this.of(found)
      : undefined;
  }

  of(type: protobuf.Type): MessageType {
    const known = this.#messages.get(type);
    if (known) return known;
    const fullName = nameOf(type);
    const built = new MessageTypeBuilder(fullName, wellKnownOf(fullName, this));
    this.#messages.set(type, built);
    for (const field of type.fieldsArray) {
      // An extension that is declared elsewhere has no JSON name of its own.
      if (field.declaringField === null) built.add(this.#field(field));
    }
    return built;
  }

  #field(field: protobuf.Field): FieldType {
    const jsonName = field.options?.json_name;
    const map =
      field instanceof protobuf.MapField
        ? { key: plainField(1, "key", field.keyType), value: this.#single(field, 2, "value") }
        : undefined;
    const single = this.#single(field, field.id, field.name);
    return {
      ...single,
      jsonName: typeof jsonName === "string" ? jsonName : jsonNameOf(field.name),
      isRepeated: field.repeated || map !== undefined,
      isPacked: field.repeated && field.packed && isPackable(single.kind),
      isRequired: field.required,
      hasPresence: hasPresence(field),
      oneof: field.partOf?.name,
      ...(map && { kind: "message", map }),
    };
  }

  /** What one value of the field is. */
  #single(field: protobuf.Field, number: number, name: string): FieldType {
    const { resolvedType } = field;
    const plain = plainField(number, name, field.type);
    if (resolvedType instanceof protobuf.Enum) {
      return { ...plain, kind: "enum", enumType: this.#enum(resolvedType) };
    }
    if (!(resolvedType instanceof protobuf.Type)) return plain;
    const kind = field.delimited ? "group" : "message";
    return { ...plain, kind, hasPresence: true, message: this.of(resolvedType) };
  }

  #enum(type: protobuf.Enum): EnumType {
    const known = this.#enums.get(type);
    if (known) return known;
    const made = enumTypeOf(nameOf(type), Object.entries(type.values));
    this.#enums.set(type, made);
    return made;
  }
}

function plainField(number: number, name: string, kind: string): FieldType {
  return {
    number,
    name,
    jsonName: name,
    kind: kind as ScalarKind,
    message: undefined,
    enumType: undefined,
    isRepeated: false,
    isPacked: false,
    isRequired: false,
    hasPresence: false,
    oneof: undefined,
    map: undefined,
  };
}

function hasPresence(field: protobuf.Field): boolean {
  if (field.repeated || field.map) return false;
  if (field.resolvedType instanceof protobuf.Type || field.partOf !== null) return true;
  return field.hasPresence ?? false;
}

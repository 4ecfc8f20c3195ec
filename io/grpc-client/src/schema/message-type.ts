import type { WellKnown } from "../json/well-known.ts";

/** A message's type, from whatever it was described by; what the codec works by. */
export interface MessageType {
  /** Without a leading dot: "google.protobuf.Any". */
  readonly fullName: string;
  readonly fields: readonly FieldType[];
  /** By JSON name and by the name in the .proto file. */
  readonly byName: ReadonlyMap<string, FieldType>;
  readonly byNumber: ReadonlyMap<number, FieldType>;
  /** For those with a JSON form of their own. */
  readonly wellKnown: WellKnown | undefined;
}

export interface FieldType {
  readonly number: number;
  /** As the .proto file has it. */
  readonly name: string;
  readonly jsonName: string;
  readonly kind: ScalarKind | "enum" | "message" | "group";
  /** Of kinds "message" and "group". */
  readonly message: MessageType | undefined;
  /** Of kind "enum". */
  readonly enumType: EnumType | undefined;
  readonly isRepeated: boolean;
  readonly isPacked: boolean;
  readonly isRequired: boolean;
  /** It can be told from its default. */
  readonly hasPresence: boolean;
  /** The oneof that it is in; a proto3 `optional` is in one of its own. */
  readonly oneof: string | undefined;
  /** Key and value, of a map. */
  readonly map: MapType | undefined;
}

export interface MapType {
  readonly key: FieldType;
  readonly value: FieldType;
}

export interface EnumType {
  readonly fullName: string;
  readonly byName: ReadonlyMap<string, number>;
  /** Of numbers with several names the first. */
  readonly byNumber: ReadonlyMap<number, string>;
}

export type ScalarKind =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";

/** Finds types by their full name. */
export interface TypeSource {
  tryMessage(fullName: string): MessageType | undefined;
}

/** Types refer to each other in circles, so fields are added to what others hold already. */
export class MessageTypeBuilder implements MessageType {
  readonly fullName: string;
  readonly fields: FieldType[] = [];
  readonly byName: Map<string, FieldType> = new Map();
  readonly byNumber: Map<number, FieldType> = new Map();
  readonly wellKnown: WellKnown | undefined;

  constructor(fullName: string, wellKnown: WellKnown | undefined) {
    this.fullName = fullName;
    this.wellKnown = wellKnown;
  }

  add(field: FieldType): void {
    this.fields.push(field);
    this.byName.set(field.name, field);
    this.byName.set(field.jsonName, field);
    this.byNumber.set(field.number, field);
  }
}

export function enumTypeOf(
  fullName: string,
  values: readonly (readonly [name: string, number: number])[],
): EnumType {
  const byNumber = new Map<number, string>();
  for (const [name, number] of values) if (!byNumber.has(number)) byNumber.set(number, name);
  return { fullName, byName: new Map(values), byNumber };
}

/** As the protobuf compiler makes it: "user_id" is "userId". */
export function jsonNameOf(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

/** Whether several values can share a tag: numbers, enums and booleans. */
export function isPackable(kind: FieldType["kind"]): boolean {
  return kind !== "string" && kind !== "bytes" && kind !== "message" && kind !== "group";
}

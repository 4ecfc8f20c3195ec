import { childOf, type Der, readDer, readObjectId, readText } from "./der.ts";

/** One part of a distinguished name: its object identifier, and its text. */
export interface NamePart {
  readonly type: string;
  readonly value: string;
}

export interface Issuer {
  readonly commonName: string;
  readonly country: string;
  readonly stateOrProvinceName: string;
  readonly localityName: string;
  readonly organizationName: string;
  readonly names: readonly NamePart[];
}

export interface Subject extends Issuer {
  readonly postalCode: string;
  readonly streetAddress: string;
  readonly organizationalUnitName: readonly string[];
}

/** What a name lacks is "". */
export function toIssuer(name: Der): Issuer {
  const names = readNames(name);
  return {
    // The last, as Go has it; of all others the first.
    commonName: valuesOf(names, "2.5.4.3").at(-1) ?? "",
    country: firstOf(names, "2.5.4.6"),
    stateOrProvinceName: firstOf(names, "2.5.4.8"),
    localityName: firstOf(names, "2.5.4.7"),
    organizationName: firstOf(names, "2.5.4.10"),
    names,
  };
}

export function toSubject(name: Der): Subject {
  const { commonName, country, names, ...place } = toIssuer(name);
  const { stateOrProvinceName, localityName, organizationName } = place;
  return {
    commonName,
    country,
    postalCode: firstOf(names, "2.5.4.17"),
    stateOrProvinceName,
    localityName,
    streetAddress: firstOf(names, "2.5.4.9"),
    organizationName,
    organizationalUnitName: valuesOf(names, "2.5.4.11"),
    names,
  };
}

/** RFC 5280, 4.1.2.4: a sequence of sets of pairs. */
function readNames(name: Der): NamePart[] {
  return readDer(name.content).flatMap((set) =>
    readDer(set.content).map((pair) => ({
      type: readObjectId(childOf(pair, 0)),
      value: readText(childOf(pair, 1)),
    })),
  );
}

function valuesOf(names: readonly NamePart[], type: string): string[] {
  return names.filter((name) => name.type === type).map(({ value }) => value);
}

function firstOf(names: readonly NamePart[], type: string): string {
  return valuesOf(names, type)[0] ?? "";
}

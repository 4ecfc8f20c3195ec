const types = ["mock", "file", "url"] as const;

export interface SourceLine {
  readonly type: (typeof types)[number];
  /** The type's when it has no other. */
  readonly name: string;
  readonly isDefault: boolean;
  /** What is left for the source itself. */
  readonly config: string;
}

/** Reads `type[=[default,][name=x,]config]`, the parts in any order. Throws an Error. */
export function readSourceLine(line: string): SourceLine {
  const [given, config] = cut(line);
  const type = types.find((each) => each === given);
  if (type === undefined) {
    throw new Error(`there is no source of type "${given}"; give one of ${types.join(", ")}`);
  }
  let name: string = type;
  let isDefault = false;
  const rest: string[] = [];
  for (const part of (config ?? "").split(",")) {
    const [key, value] = cut(part);
    if (part === "default") isDefault = true;
    else if (key === "name") name = value || type;
    else rest.push(part);
  }
  return { type, name, isDefault, config: rest.join(",") };
}

/** What stands before the first "=", and behind it; the latter is undefined without one. */
export function cut(text: string): [key: string, value: string | undefined] {
  const place = text.indexOf("=");
  return place === -1 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}

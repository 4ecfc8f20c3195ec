export interface HeaderValue {
  /** In lower case: "form-data". */
  readonly value: string;
  /** By name in lower case; the first one of a name. */
  readonly params: ReadonlyMap<string, string>;
}

/**
 * A field's value and its parameters (RFC 9110, section 5.6.6): `form-data; name="a"`.
 * A backslash escapes a quote and a backslash only: some clients send Windows' paths as they are.
 * What cannot be read ends it there.
 */
export function parseHeaderParams(text: string): HeaderValue {
  const semicolon = text.indexOf(";");
  const value = (semicolon < 0 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const params = new Map<string, string>();
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\["\\]|\\)*)"|([^\s;"]*))\s*/y;
  pattern.lastIndex = semicolon < 0 ? text.length : semicolon;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [, name = "", quoted, plain = ""] = found;
    const param = quoted === undefined ? plain : quoted.replace(/\\(["\\])/g, "$1");
    if (!params.has(name.toLowerCase())) params.set(name.toLowerCase(), param);
  }
  return { value, params };
}

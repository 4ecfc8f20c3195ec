import type { Field } from "@breakwater/s3";
import type { PutOptions } from "../object-store.ts";
import { ObjectStoreError } from "../object-store-error.ts";

/** Throws ObjectStoreError for what no header can say. */
export function putHeaders(options: PutOptions): readonly Field[] {
  const { contentType, cacheControl, contentDisposition, metadata = {} } = options;
  const { ifMatch, ifNoneMatch } = options;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["content-type", contentType],
    ["cache-control", cacheControl],
    ["content-disposition", contentDisposition],
    ["if-match", ifMatch === undefined ? undefined : `"${ifMatch}"`],
    ["if-none-match", ifNoneMatch],
    ...Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const),
  ];
  return fields.flatMap(([name, value]) => {
    if (value === undefined) return [];
    checkField(name, value);
    return [[name, value] as const];
  });
}

/** ASCII: what lies beyond it, stores read in different ways. */
function checkField(name: string, value: string): void {
  const isName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name);
  const isValue = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value);
  if (isName && isValue) return;
  const shown = JSON.stringify(isName ? value : name);
  const wanted = isName ? "ASCII without spaces around it" : "a name in lower case";
  const message = `Cannot send the header ${isName ? `${name} ` : ""}${shown}: it must be ${wanted}`;
  throw new ObjectStoreError("bad_request", message);
}

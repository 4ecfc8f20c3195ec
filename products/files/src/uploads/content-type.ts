/**
 * What an object's Content-Type becomes: what its sender says, unless that is the type of no type;
 * then what its name says; else application/octet-stream.
 */
export function contentTypeOf(fileName: string, said: string | undefined): string {
  if (said !== undefined && isSound(said) && !/^application\/octet-stream\b/i.test(said)) {
    return said;
  }
  const extension = /\.([a-z0-9]{1,16})$/i.exec(fileName)?.[1];
  // The runtime's own table. It looks at the name alone.
  return extension === undefined ? UNKNOWN : Bun.file(`x.${extension.toLowerCase()}`).type;
}

const UNKNOWN = "application/octet-stream";

/** RFC 9110, section 8.3.1, in characters that every store takes. */
function isSound(type: string): boolean {
  return type.length <= 255 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\x20-\x7e]*)?$/.test(type);
}

/** RFC 4648 4, with padding, as checksum headers have it. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!;
    text += left > 1 ? alphabet[(group >> 6) & 63]! : "=";
    text += left > 2 ? alphabet[group & 63]! : "=";
  }
  return text;
}

/** `undefined` unless it is exactly what toBase64 writes. */
export function tryBase64(text: string): Uint8Array | undefined {
  if (!wholeText.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let group = 0;
    for (let index = at; index < at + 4; index += 1) {
      group = (group << 6) | Math.max(0, alphabet.indexOf(text[index]!));
    }
    bytes.set([group >> 16, (group >> 8) & 255, group & 255].slice(0, bytes.length - to), to);
  }
  return toBase64(bytes) === text ? bytes : undefined;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const wholeText = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

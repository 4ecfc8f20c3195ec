/** What a header of version 1 begins with, and one of version 2. */
export const signatureV1: Uint8Array = new TextEncoder().encode("PROXY ");
export const signatureV2: Uint8Array = new TextEncoder().encode("\r\n\r\n\0\r\nQUIT\n");

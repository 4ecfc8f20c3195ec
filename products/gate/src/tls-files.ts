import type { TlsIdentity } from "@breakwater/http-server";
import { GateError } from "./gate-error.ts";
import type { ListeningSettings } from "./options.ts";

/** The certificate and key that the paths lead to. Throws a GateError. */
export async function readIdentity({
  certificate,
  key,
}: NonNullable<ListeningSettings["tls"]>): Promise<TlsIdentity> {
  return { certificate: await readPem(certificate), key: await readPem(key) };
}

async function readPem(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    const message = `Cannot read the PEM file "${path}": name one that is there`;
    throw new GateError("bad_option", message, { cause });
  }
}

import { hostname } from "node:os";
import type { TlsIdentity } from "@breakwater/http-server";
import { generate } from "selfsigned";
import type { TlsSettings } from "./options.ts";
import { OriginError } from "./origin-error.ts";

/** The certificate that is named, or a new one that nobody has signed, for this machine's names. */
export async function openCertificate({ files }: TlsSettings): Promise<TlsIdentity> {
  if (files === undefined) return generateCertificate();
  const [certificate, key] = await Promise.all([readPem(files.certificate), readPem(files.key)]);
  return { certificate, key };
}

async function readPem(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch {
    throw new OriginError(
      "bad_option",
      `Cannot read the PEM file "${path}": name one that is there`,
    );
  }
}

async function generateCertificate(): Promise<TlsIdentity> {
  const names = [...new Set(["localhost", hostname()])];
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: false },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: "127.0.0.1" },
          { type: 7 as const, ip: "::1" },
        ],
      },
    ],
  });
  return { certificate: cert, key };
}

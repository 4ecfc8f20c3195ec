import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ServerError } from "@breakwater/tcp-listener";
import type { TlsIdentity } from "./http-server.ts";

/** Throws a ServerError unless the certificate and the key can be read and belong together. */
export function assertIdentity({ certificate, key }: TlsIdentity): void {
  const first = readCertificate(certificate);
  if (first.checkPrivateKey(readKey(key))) return;
  const message = `Cannot use the certificate of ${subjectOf(first)} with this key: it belongs to another key; give the two that were made together`;
  throw new ServerError("bad_certificate", message);
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const message =
      'Cannot read the certificate: give it in PEM, as text that has "-----BEGIN CERTIFICATE-----" in it';
    throw new ServerError("bad_certificate", message, { cause });
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const message =
      'Cannot read the key of the certificate: give it in PEM and without a passphrase, as text that has "-----BEGIN PRIVATE KEY-----" in it';
    throw new ServerError("bad_certificate", message, { cause });
  }
}

const subjectOf = ({ subject }: X509Certificate): string => subject?.replaceAll("\n", ", ") ?? "";

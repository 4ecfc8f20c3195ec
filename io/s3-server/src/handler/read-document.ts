import { parseBody, S3Error, type XmlNode } from "@breakwater/s3";
import { parseXml } from "@breakwater/s3-platform";
import type { Call } from "./call.ts";
import { receiveBody } from "./receive-body.ts";

const MAX_XML_DEPTH = 16;

/** The XML that a request brings, verified as objects are. Throws S3Error. */
export async function readDocument(call: Call): Promise<XmlNode> {
  const document = await tryReadDocument(call);
  if (document !== undefined) return document;
  throw new S3Error("MalformedXML", "The request needs an XML document as its body.");
}

/** `undefined` where the body is empty. */
export async function tryReadDocument(call: Call): Promise<XmlNode | undefined> {
  const { maxDocumentBytes: maxBytes } = call.store.limits;
  if (!call.exchange.request.hasBody) return undefined;
  const body = parseBody(call.request);
  if (body.bytes > maxBytes) {
    throw new S3Error("MaxMessageLengthExceeded", undefined, {
      MaxMessageLengthBytes: String(maxBytes),
    });
  }
  const document = new Uint8Array(body.bytes);
  let at = 0;
  const write = (bytes: Uint8Array): boolean => {
    document.set(bytes, at);
    at += bytes.length;
    return true;
  };
  const algorithm = body.checksum?.algorithm ?? body.checksumAlgorithm;
  await receiveBody(call, { body, algorithm, sink: { write, onDrain: () => {} } });
  return at === 0 ? undefined : parseXml(document, { maxBytes, maxDepth: MAX_XML_DEPTH });
}

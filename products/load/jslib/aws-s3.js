import { ServiceClient, serviceErrorOf } from "./aws-client.js";
import { InvalidSignatureError } from "./aws-signature.js";

// S3 for jslib's "aws" (https://grafana.com/docs/k6/latest/javascript-api/jslib/aws/s3client).

export const S3ServiceError = serviceErrorOf("S3ServiceError");

export class S3Bucket {
  /** `creationDate` is in ms since 1970. */
  constructor(name, creationDate) {
    Object.assign(this, { name, creationDate });
  }
}

export class S3Object {
  /** `lastModified` is in ms since 1970, `size` in bytes. */
  constructor(key, lastModified, etag, size, storageClass, data) {
    Object.assign(this, { key, lastModified, etag, size, storageClass, data });
  }
}

export class S3Client {
  #client;

  constructor(config) {
    const signing = { service: "s3", uriEscapePath: false, applyChecksum: true };
    this.#client = new ServiceClient(config, signing);
  }

  async listBuckets() {
    const { body } = await this.#send("ListBuckets", { method: "GET" });
    return elements(body, "Bucket").map(
      (bucket) => new S3Bucket(textIn(bucket, "Name"), Date.parse(textIn(bucket, "CreationDate"))),
    );
  }

  async listObjects(bucket, prefix = "") {
    const query = { "list-type": "2", prefix };
    const { body } = await this.#send("ListObjectsV2", { method: "GET", bucket, query });
    return elements(body, "Contents").map(
      (object) =>
        new S3Object(
          textIn(object, "Key"),
          Date.parse(textIn(object, "LastModified")),
          textIn(object, "ETag"),
          Number(textIn(object, "Size")),
          textIn(object, "StorageClass"),
        ),
    );
  }

  async getObject(bucket, key, headers = {}) {
    const binary = Object.entries(headers).some(
      ([name, value]) => /^accept$/i.test(name) && /^application\/octet-stream$/i.test(value),
    );
    const params = binary ? { responseType: "binary" } : {};
    const sent = { method: "GET", bucket, key, headers: { ...headers } };
    const response = await this.#send("GetObject", sent, params);
    const found = response.headers;
    const date = Date.parse(found["Last-Modified"]);
    const size = Number(found["Content-Length"]);
    const storage = found["X-Amz-Storage-Class"] ?? "STANDARD";
    return new S3Object(key, date, found.ETag ?? found.Etag, size, storage, response.body);
  }

  /** `params`: contentType, contentDisposition, contentEncoding, contentLength, contentMD5. */
  async putObject(bucket, key, data, params = {}) {
    const names = {
      contentType: "Content-Type",
      contentDisposition: "Content-Disposition",
      contentEncoding: "Content-Encoding",
      contentLength: "Content-Length",
      contentMD5: "Content-MD5",
    };
    const given = Object.entries(names).filter(([name]) => params[name] !== undefined);
    const headers = Object.fromEntries(given.map(([name, header]) => [header, params[name]]));
    const sent = { method: "PUT", bucket, key, headers, body: data };
    const { headers: got } = await this.#send("PutObject", sent);
    return { etag: got.ETag ?? got.Etag, key };
  }

  async deleteObject(bucket, key) {
    await this.#send("DeleteObject", { method: "DELETE", bucket, key });
  }

  async copyObject(sourceBucket, sourceKey, bucket, key) {
    const headers = { "x-amz-copy-source": `${sourceBucket}/${pathOf(sourceKey)}` };
    await this.#send("CopyObject", { method: "PUT", bucket, key, headers });
  }

  async createMultipartUpload(bucket, key) {
    const query = { uploads: "" };
    const sent = { method: "POST", bucket, key, query };
    const { body } = await this.#send("CreateMultipartUpload", sent);
    return { key: textIn(body, "Key"), uploadId: textIn(body, "UploadId") };
  }

  async uploadPart(bucket, key, uploadId, partNumber, data) {
    const query = { partNumber: String(partNumber), uploadId };
    const sent = { method: "PUT", bucket, key, query, body: data };
    const { headers } = await this.#send("UploadPart", sent);
    return { partNumber, eTag: headers.ETag ?? headers.Etag };
  }

  async completeMultipartUpload(bucket, key, uploadId, parts) {
    const list = parts.map(
      ({ partNumber, eTag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${eTag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    const sent = { method: "POST", bucket, key, query: { uploadId }, body };
    await this.#send("CompleteMultipartUpload", sent);
  }

  async abortMultipartUpload(bucket, key, uploadId) {
    const sent = { method: "DELETE", bucket, key, query: { uploadId } };
    await this.#send("AbortMultipartUpload", sent);
  }

  async #send(operation, { bucket, key = "", ...request }, params) {
    const endpoint = this.#client.endpoint.copy();
    if (bucket !== undefined) endpoint.hostname = `${bucket}.${endpoint.hostname}`;
    const sent = { ...request, endpoint, path: `/${pathOf(key)}` };
    const response = await this.#client.send(sent, params);
    assertDone(response, operation);
    return response;
  }
}

function assertDone({ status, error, error_code: code, body }, operation) {
  // Some operations answer 200 and then an error.
  const isError = typeof body === "string" && /^\s*(<\?xml[^>]*>)?\s*<Error>/.test(body);
  if (status >= 200 && status < 300 && !error && code === 0 && !isError) return;
  if (status === 301) {
    throw new S3ServiceError("Resource not found", "ResourceNotFound", operation);
  }
  const text = typeof body === "string" ? body : "";
  const name = textIn(text, "Code") || "unknown";
  const message = textIn(text, "Message") || error || `status ${status}`;
  if (name === "AuthorizationHeaderMalformed") throw new InvalidSignatureError(message, name);
  throw new S3ServiceError(message, name, operation);
}

/** Each segment escaped, but for the slashes. */
function pathOf(key) {
  return key.split("/").map(escaped).join("/");
}

function escaped(text) {
  const hex = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/** Of S3's XML, which has neither attributes nor one element inside another of its name. */
function elements(xml, name) {
  const pattern = new RegExp(`<${name}>(.*?)</${name}>`, "gs");
  return [...xml.matchAll(pattern)].map(([, inner]) => inner);
}

function textIn(xml, name) {
  const [text = ""] = elements(xml, name);
  const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, entity) => {
    if (entity) return entities[entity] ?? whole;
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/**
 * PUTs or GETs objects of one size by presigned URLs: bun object-client.ts JSON. It signs them
 * before it begins, with Bun's own S3 client, so that it is nothing of ours that asks.
 */
import { hammer, type RawRequest } from "./raw-client.ts";

export interface ObjectJob {
  readonly url: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly method: "PUT" | "GET";
  readonly bytes: number;
  readonly keys: number;
  readonly connections: number;
  readonly seconds: number;
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}"))));

function run(job: ObjectJob) {
  return hammer({ ...job, requests: presigned(job) });
}

function presigned({ url, bucket, accessKey, secretKey, method, bytes, keys }: ObjectJob) {
  const client = new Bun.S3Client({
    ...{ endpoint: url, bucket, region: "us-east-1" },
    ...{ accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  const body = method === "PUT" ? incompressible(bytes) : new Uint8Array(0);
  return Array.from({ length: keys }, (_, key): RawRequest => {
    const signed = new URL(client.presign(`${bytes}/${key}`, { method, expiresIn: 3600 }));
    const length = method === "PUT" ? `Content-Length: ${bytes}\r\n` : "";
    const head = `${method} ${signed.pathname}${signed.search} HTTP/1.1\r\nHost: ${signed.host}\r\n${length}\r\n`;
    return { head: new TextEncoder().encode(head), body };
  });
}

function incompressible(bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536));
  return data;
}

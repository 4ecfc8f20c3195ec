/** POSTs forms with one file each to /upload: bun form-client.ts JSON. */
import { hammer, type RawRequest } from "./raw-client.ts";

export interface FormJob {
  readonly url: string;
  readonly bytes: number;
  readonly keys: number;
  readonly connections: number;
  readonly seconds: number;
}

const BOUNDARY = "----breakwater-bench";

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}"))));

function run(job: FormJob) {
  const { host } = new URL(job.url);
  const content = "0123456789abcdef".repeat(Math.ceil(job.bytes / 16)).slice(0, job.bytes);
  const requests = Array.from({ length: job.keys }, (_, key): RawRequest => {
    const body = new TextEncoder().encode(
      [
        ...[`--${BOUNDARY}`, `Content-Disposition: form-data; name="path"`, "", "bench/"],
        `--${BOUNDARY}`,
        `Content-Disposition: form-data; name="file"; filename="upload-${key}.txt"`,
        ...["Content-Type: text/plain", "", content, `--${BOUNDARY}--`, ""],
      ].join("\r\n"),
    );
    const head = [
      ...["POST /upload HTTP/1.1", `Host: ${host}`],
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
      ...[`Content-Length: ${body.length}`, "", ""],
    ].join("\r\n");
    return { head: new TextEncoder().encode(head), body };
  });
  return hammer({ ...job, requests });
}

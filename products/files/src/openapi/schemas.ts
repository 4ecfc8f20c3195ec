/** As much of JSON Schema 2020-12 as this document needs. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly contentMediaType?: string;
}

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const number: Schema = { type: "number" };

/** Every property is required but those that end in "?", and there are no others. */
export function object(fields: Readonly<Record<string, Schema>>, description?: string): Schema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(
      entries.map(([name, schema]) => [name.replace("?", ""), schema]),
    ),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith("?")),
    additionalProperties: false,
  };
}

export const array = (items: Schema): Schema => ({ type: "array", items });

/** What succeeds is answered in this. */
export const success = (data: Schema): Schema =>
  object({ status: { const: "Success" }, response_code: { const: 200 }, data });

const isDone: Schema = { type: "boolean" };
const errorCode: Schema = { type: "string", description: "Stable, for programs" };

export const schemas: Readonly<Record<string, Schema>> = {
  Failure: object(
    {
      status: { const: "Failure" },
      response_code: { type: "integer", description: "The same as the answer's status" },
      error_message: { type: "string", description: "A sentence for people" },
      code: errorCode,
      request_id: { type: "string", description: "Find it in the log by this" },
      "data?": { description: "Of a batch of which nothing went well: its result" },
    },
    "Whatever is refused or fails is answered in this",
  ),
  Entry: object({
    name: { type: "string", description: "The full path; that of a folder ends in /" },
    isFolder: { type: "boolean" },
    size: { type: "integer", minimum: 0, description: "Bytes" },
    lastModified: { type: ["string", "null"], format: "date-time" },
    "downloadLink?": { type: "string", format: "uri" },
  }),
  Page: object({
    data: array(ref("Entry")),
    "nextPageToken?": { type: "string", description: "Send it as x-next for the next page" },
    isLastPage: { type: "boolean" },
    noOfRecordsReturned: count,
    filesCount: count,
    foldersCount: count,
  }),
  Link: object({ fileName: text, url: { type: "string", format: "uri" } }),
  BatchUpload: object({
    uploaded: array(ref("BatchUploadItem")),
    failed: array(ref("BatchUploadItem")),
    totalUploaded: count,
    totalFailed: count,
  }),
  BatchUploadItem: object({
    fileName: text,
    "objectKey?": text,
    "error?": text,
    "code?": errorCode,
    success: isDone,
  }),
  BatchDownload: object({
    files: array(ref("BatchDownloadItem")),
    totalSuccess: count,
    totalFailed: count,
  }),
  BatchDownloadItem: object({
    path: text,
    fileName: text,
    "url?": { type: "string", format: "uri" },
    "error?": text,
    "code?": errorCode,
    success: isDone,
  }),
  Memory: object({
    alloc_mb: number,
    total_alloc_mb: number,
    sys_mb: number,
    num_gc: count,
    goroutines: count,
    heap_objects: count,
    heap_in_use_mb: number,
    stack_in_use_mb: number,
    timestamp: { type: "string", format: "date-time" },
  }),
  Requests: object({
    total_requests: count,
    active_requests: count,
    total_errors: count,
    error_rate_pct: number,
    avg_latency_ms: number,
    max_latency_ms: number,
    p50_latency_ms: number,
    p95_latency_ms: number,
    p99_latency_ms: number,
    requests_per_sec: number,
    uptime_seconds: number,
    endpoint_counts: { type: "object", additionalProperties: count },
    endpoint_avg_latency_ms: { type: "object", additionalProperties: number },
    endpoint_p95_latency_ms: { type: "object", additionalProperties: number },
    status_codes: { type: "object", additionalProperties: count },
  }),
};

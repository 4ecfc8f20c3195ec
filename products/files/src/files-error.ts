/** The only error that this package throws. Its message is for clients: no store's internals. */
export class FilesError extends Error {
  override readonly name = "FilesError";
  readonly code: FilesErrorCode;
  readonly original: Original | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: FilesErrorCode, message: string, options: FilesErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.original = options.original;
    this.retryAfterS = options.retryAfterS ?? (status[code] === 503 ? RETRY_AFTER_S : undefined);
  }
}

export interface FilesErrorOptions {
  /** What `--compat` says instead. */
  readonly original?: Original | undefined;
  /** When the client should come back; a second for what is a 503. */
  readonly retryAfterS?: number | undefined;
  readonly cause?: unknown;
}

/** How the service that this one replaces puts it. */
export interface Original {
  readonly status?: number;
  readonly message: string;
}

/** Closed, and stable for clients. */
export type FilesErrorCode =
  /** A path or key: empty, too long, "..", control characters, not UTF-8. */
  | "bad_path"
  /** A parameter, a form, a body. */
  | "bad_request"
  | "malformed_json"
  | "too_many_files"
  | "unsupported_media_type"
  | "too_large"
  | "unauthorized"
  | "forbidden"
  /** Nobody's keys to check tokens with can be had now. */
  | "keys_unavailable"
  | "not_found"
  | "conflict"
  | "precondition_failed"
  | "bad_range"
  /** An upload in parts that has ended or never was. */
  | "gone"
  | "locked"
  /** What came is not what its checksum says. */
  | "corrupted"
  /** The client went, or the call was given up. */
  | "cancelled"
  /** The port, the folder, the settings: never told to a client. */
  | "bad_setting"
  | "store_overloaded"
  | "store_unreachable"
  | "store_timeout"
  | "store_full"
  | "store_refused"
  | "store_failed";

/** RFC 9110, 4918 (423, 507); 460 is tus' own for a checksum that does not fit. */
const status: Readonly<Record<FilesErrorCode, number>> = {
  bad_path: 400,
  bad_request: 400,
  malformed_json: 400,
  too_many_files: 400,
  unsupported_media_type: 415,
  too_large: 413,
  unauthorized: 401,
  forbidden: 403,
  keys_unavailable: 503,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  bad_range: 416,
  gone: 410,
  locked: 423,
  corrupted: 460,
  cancelled: 503,
  bad_setting: 500,
  store_overloaded: 503,
  store_unreachable: 502,
  store_timeout: 504,
  store_full: 507,
  store_refused: 502,
  store_failed: 502,
};

export const statusOf = ({ code }: FilesError): number => status[code];

const RETRY_AFTER_S = 1;

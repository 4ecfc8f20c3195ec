/** RFC 9113 7, in the order of their numbers. */
const names = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

/** The ones that are sent or have a meaning here. */
export const http2Code = {
  none: 0,
  protocol: 1,
  flowControl: 3,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

/** The last one that has a name. */
export const LAST_HTTP2_CODE: number = names.length - 1;

export const http2CodeName = (code: number): string => names[code] ?? `error ${code}`;

/** The peer broke the protocol so that nothing more can be made of its bytes (RFC 9113 5.4.1). */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  readonly http2Code: number;

  constructor(code: number, message: string) {
    super(message);
    this.http2Code = code;
  }
}

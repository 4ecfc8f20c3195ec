/** RFC 9113 7: those that are sent, or have a meaning, here. */
export const http2Code = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

/** The peer broke the protocol so that its connection cannot go on (RFC 9113 5.4.1). */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  readonly http2Code: number;

  constructor(code: number, message: string) {
    super(message);
    this.http2Code = code;
  }
}

import {
  encodeNumbers,
  encodeSettings,
  Http2Error,
  type Http2Frame,
  http2Code,
  http2Type,
  readUint32,
} from "@breakwater/wire";
import type { ServerLimits } from "../http-server.ts";

export const MAX_WINDOW_BYTES: number = 0x7fff_ffff;
/** What counts until it is changed, on a connection and on a stream (RFC 9113 6.9.2). */
export const FIRST_WINDOW_BYTES = 65_535;
/**
 * What clients may send on a connection before they hear from us. Every byte is taken at once, or
 * held within its stream's window, so that no stream holds up another.
 */
export const CONNECTION_WINDOW_BYTES: number = 16 * 1024 * 1024;
/** On a stream whose body is being read. Until then it is the first window, which is held. */
export const STREAM_WINDOW_BYTES: number = 1024 * 1024;
/** HPACK's table for the client's headers: the size that counts until another is agreed. */
export const TABLE_BYTES = 4096;

/** RFC 9113 6.5.2. */
const settingId = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

const SETTING_BYTES = 6;

/** What a connection begins with on our side. */
export function encodeGreeting({ maxStreams, maxHeadBytes }: ServerLimits): Uint8Array {
  return Buffer.concat([
    encodeSettings([
      [settingId.maxConcurrentStreams, maxStreams],
      [settingId.maxHeaderListSize, maxHeadBytes],
    ]),
    encodeNumbers(http2Type.windowUpdate, 0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES),
  ]);
}

/** What the client allows. */
export class PeerSettings {
  maxFrameBytes = 16_384;
  initialWindow: number = FIRST_WINDOW_BYTES;

  /** @throws Http2Error */
  take({ bytes, from, to }: Http2Frame): void {
    for (let at = from; at < to; at += SETTING_BYTES) {
      const value = readUint32(bytes, at + 2);
      switch ((bytes[at]! << 8) | bytes[at + 1]!) {
        case settingId.enablePush:
          if (value > 1) throw new Http2Error(http2Code.protocol, "its ENABLE_PUSH is invalid");
          break;
        case settingId.initialWindowSize:
          if (value > MAX_WINDOW_BYTES) {
            throw new Http2Error(http2Code.flowControl, "its window is beyond 2^31");
          }
          this.initialWindow = value;
          break;
        case settingId.maxFrameSize:
          if (value < 16_384 || value > 0xff_ffff) {
            throw new Http2Error(http2Code.protocol, "its MAX_FRAME_SIZE is invalid");
          }
          this.maxFrameBytes = value;
          break;
      }
    }
  }
}

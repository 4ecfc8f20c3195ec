import { type Http2Frame, http2Code, readUint32 } from "@breakwater/wire";

export const MAX_WINDOW_BYTES: number = 0x7fff_ffff;

/** RFC 9113 6.5.2; the others do not concern a client that has no dynamic table of its own. */
const id = { maxConcurrentStreams: 3, initialWindowSize: 4, maxFrameSize: 5 } as const;

/** Where our settings are announced under. */
export const settingId = { enablePush: 2, initialWindowSize: 4, maxHeaderListSize: 6 } as const;

const SETTING_BYTES = 6;

/** What the peer allows. Until it says so, what RFC 9113 and Go's client assume. */
export class PeerSettings {
  maxStreams = 100;
  initialWindow = 65_535;

  /** Returns the code of what is wrong with it (RFC 9113 7), if anything is. */
  tryTake({ bytes, from, to }: Http2Frame): number | undefined {
    if ((to - from) % SETTING_BYTES !== 0) return http2Code.frameSize;
    for (let at = from; at < to; at += SETTING_BYTES) {
      const value = readUint32(bytes, at + 2);
      switch ((bytes[at]! << 8) | bytes[at + 1]!) {
        case id.maxConcurrentStreams:
          this.maxStreams = value;
          break;
        case id.initialWindowSize:
          if (value > MAX_WINDOW_BYTES) return http2Code.flowControl;
          this.initialWindow = value;
          break;
        case id.maxFrameSize:
          if (value < 16_384 || value > 0xff_ffff) return http2Code.protocol;
          break;
      }
    }
    return undefined;
  }
}

import type { Exchange } from "@breakwater/http-server";

export interface ReceivedBody {
  /** Its first bytes as text. */
  readonly text: string;
  /** Its whole length. */
  readonly bytes: number;
  /** Whether there was more than was kept. */
  readonly isCut: boolean;
}

export const noBody: ReceivedBody = { text: "", bytes: 0, isCut: false };

export interface ReadOptions {
  readonly maxKeptBytes: number;
  /** Told of each part as it comes, in bytes. */
  readonly onPart?: (bytes: number) => void;
}

/**
 * Reads the body to its end, keeps no more than `maxKeptBytes` of it and calls `done`: within the
 * call, if there is none. If the body never comes to its end it calls nothing, for then nobody is
 * there to be answered.
 */
export function readBody(
  exchange: Exchange,
  { maxKeptBytes, onPart }: ReadOptions,
  done: (body: ReceivedBody) => void,
): void {
  if (!exchange.request.hasBody) {
    done(noBody);
    return;
  }
  // A BOM is echoed like everything else.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let bytes = 0;
  exchange.readBody({
    onData: (part) => {
      // stream: a character may lie across two parts, or across the end of what is kept.
      if (bytes < maxKeptBytes) {
        text += decoder.decode(part.subarray(0, maxKeptBytes - bytes), { stream: true });
      }
      bytes += part.length;
      onPart?.(part.length);
    },
    onEnd: () => {
      const isCut = bytes > maxKeptBytes;
      if (!isCut) text += decoder.decode();
      done({ text, bytes, isCut });
    },
    onAbort: () => {},
  });
}

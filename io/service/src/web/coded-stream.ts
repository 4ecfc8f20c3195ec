import type { Transform } from "node:stream";
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
} from "node:zlib";
import type { AnswerBody, Coding } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call } from "../call.ts";
import type { CodingLevels } from "./compress-now.ts";

export interface CodedStreams {
  /** Undefined when as many are open as may be. */
  tryOpen(kind: StreamKind): ((call: Call, body: AnswerBody) => AnswerBody) | undefined;
}

export interface StreamKind {
  readonly coding: Coding;
  /** What is written is sent at once, as events must be; it costs some bytes each time. */
  readonly flushes: boolean;
}

export interface CodedStreamsOptions {
  readonly levels: CodingLevels;
  readonly maxStreams: number;
}

/** Bodies that are compressed as they come, at the pace of their client. */
export function codedStreams({ levels, maxStreams }: CodedStreamsOptions): CodedStreams {
  let open = 0;
  return {
    tryOpen: ({ coding, flushes }) => {
      if (open >= maxStreams) return undefined;
      return (call, body) => {
        open += 1;
        const stream = streamOf(coding, levels);
        stream.once("close", () => {
          open -= 1;
        });
        return joined(stream, { call, body, flush: flushes ? flusher(stream, coding) : undefined });
      };
    },
  };
}

interface Outlet {
  readonly call: Call;
  readonly body: AnswerBody;
  readonly flush: (() => void) | undefined;
}

function joined(stream: Compressor, { call, body, flush }: Outlet): AnswerBody {
  let trailers: readonly Field[] | undefined;
  const drop = (): void => {
    stream.destroy();
  };
  stream.on("data", (bytes: Uint8Array) => {
    if (!body.write(bytes)) stream.pause();
  });
  body.onDrain(() => stream.resume());
  stream.once("end", () => body.end(trailers));
  stream.once("error", () => body.abort());
  call.onAbort(drop);
  let drained: () => void = () => {};
  stream.on("drain", () => drained());
  return {
    write: (bytes) => {
      if (stream.destroyed || stream.writableEnded) return true;
      const hasRoom = stream.write(bytes);
      flush?.();
      return hasRoom;
    },
    onDrain: (listener) => {
      drained = listener;
    },
    end: (last) => {
      trailers = last;
      stream.end();
    },
    abort: () => {
      drop();
      body.abort();
    },
  };
}

type Compressor = Transform & { flush(kind?: number): void };

function streamOf(coding: Coding, levels: CodingLevels): Compressor {
  switch (coding) {
    case "gzip":
      return createGzip({ level: levels.level });
    case "deflate":
      return createDeflate({ level: levels.level });
    case "zstd":
      return createZstdCompress({
        params: { [constants.ZSTD_c_compressionLevel]: levels.zstdLevel },
      });
    case "br":
      return createBrotliCompress({
        params: {
          [constants.BROTLI_PARAM_QUALITY]: levels.brotliQuality,
          // 512 KiB instead of 4 MiB of window for each stream.
          [constants.BROTLI_PARAM_LGWIN]: 19,
        },
      });
  }
}

function flusher(stream: Compressor, coding: Coding): () => void {
  switch (coding) {
    case "gzip":
    case "deflate":
      return () => stream.flush(constants.Z_SYNC_FLUSH);
    case "br":
      return () => stream.flush(constants.BROTLI_OPERATION_FLUSH);
    case "zstd":
      return () => stream.flush(constants.ZSTD_e_flush);
  }
}

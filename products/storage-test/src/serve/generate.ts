import { type CallHandler, respondProblem } from "@breakwater/service";
import { parseBytes, UnitError } from "@breakwater/units";

export interface GenerateOptions {
  /** Where the query has no `size`. */
  readonly bytes: number;
  /** So many bytes that cannot be compressed, made when they are read. */
  readonly payload: (bytes: number) => ReadableStream<Uint8Array>;
}

const MAX_BYTES = 2 ** 40;

/** GET /generate: test data, made as fast as the client takes it. */
export function generate({ bytes: defaultBytes, payload }: GenerateOptions): CallHandler {
  return async (call) => {
    const asked = new URLSearchParams(call.request.query).get("size");
    const bytes = asked === null ? defaultBytes : tryParseSize(asked);
    if (bytes === undefined) {
      const wanted = `up to ${MAX_BYTES}, like 11111, 10M or 1G (units of 1024)`;
      const detail = `Cannot make ${JSON.stringify(asked)} bytes: size takes whole bytes ${wanted}`;
      return respondProblem(call, { status: 400, code: "bad_size", detail });
    }
    const body = call.begin({ status: 200, fields, contentLength: bytes });
    if (call.request.method === "HEAD") return body.end();
    let drained = Promise.withResolvers<void>();
    body.onDrain(() => drained.resolve());
    call.onAbort(() => drained.resolve());
    for await (const chunk of payload(bytes)) {
      if (call.signal.aborted) return;
      drained = Promise.withResolvers();
      // Without a wait a client as fast as this would let nobody else in.
      if (body.write(chunk)) setImmediate(drained.resolve);
      await drained.promise;
    }
    body.end();
  };
}

const fields = [
  ["content-type", "application/octet-stream"],
  ["content-disposition", 'attachment; filename="test-data.bin"'],
  ["cache-control", "no-store"],
] as const;

function tryParseSize(text: string): number | undefined {
  try {
    const bytes = parseBytes(text);
    return bytes <= MAX_BYTES ? bytes : undefined;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    return undefined;
  }
}

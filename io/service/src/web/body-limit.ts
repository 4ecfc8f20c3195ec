import type { BodyReader } from "@breakwater/http-server";
import type { Call, Stage } from "../call.ts";
import { respondProblem } from "../problem.ts";
import { rewrittenCall } from "../rewritten-call.ts";
import { checkWhole } from "../service-error.ts";

/**
 * Refuses longer request bodies with 413: before the handler where Content-Length says so, else as
 * soon as too much has come.
 */
export function bodyLimit(maxBytes: number): Stage {
  checkWhole("body limit", maxBytes, 0, Number.MAX_SAFE_INTEGER);
  return (next) => (call) => {
    const { hasBody, contentLength } = call.request;
    // A body whose length is known is never longer: the protocol ends it there.
    if (!hasBody) return next(call);
    if (contentLength === undefined) return next(counted(call, maxBytes));
    return contentLength > maxBytes ? respondTooLong(call, maxBytes) : next(call);
  };
}

export function respondTooLong(call: Call, maxBytes: number): void {
  const detail = `Cannot take a body of more than ${maxBytes} bytes: send less`;
  respondProblem(call, { status: 413, code: "body_too_large", detail });
}

function counted(call: Call, maxBytes: number): Call {
  return rewrittenCall(call, {
    begin: (head) => call.begin(head),
    respond: (answer) => call.respond(answer),
    readBody: (reader) => call.readBody(limited(reader, { call, maxBytes })),
  });
}

interface Limit {
  readonly call: Call;
  readonly maxBytes: number;
}

function limited(reader: BodyReader, { call, maxBytes }: Limit): BodyReader {
  let left = maxBytes;
  return {
    onData: (bytes) => {
      if (left < 0) return;
      left -= bytes.length;
      if (left >= 0) {
        reader.onData(bytes);
        return;
      }
      respondTooLong(call, maxBytes);
      call.giveUp(`The body is longer than ${maxBytes} bytes`);
      reader.onAbort();
    },
    onEnd: (trailers) => {
      if (left >= 0) reader.onEnd(trailers);
    },
    onAbort: () => {
      if (left >= 0) reader.onAbort();
    },
  };
}

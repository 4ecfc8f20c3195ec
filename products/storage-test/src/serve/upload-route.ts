import type { BodyReader } from "@breakwater/http-server";
import type { Call, CallHandler, Logger } from "@breakwater/service";
import { failureAnswer } from "./failure.ts";
import { respondJson } from "./respond-json.ts";
import type { TestDesk, TestKind } from "./test-desk.ts";

export interface UploadRouteOptions {
  readonly desk: TestDesk;
  readonly kind: TestKind;
  /** The answer also says what the store said. */
  readonly debug: boolean;
  readonly epochMs: () => number;
  readonly logger: Logger;
}

/** Runs a test and answers as the seed does. A client that goes away cancels it. */
export function uploadRoute(options: UploadRouteOptions): CallHandler {
  const { desk, kind, epochMs, logger } = options;
  return async (call) => {
    // Of no use; but unread, it would hide that its client has gone.
    call.readBody(discard);
    const running = desk.tryRun(kind, call.signal);
    if (running === undefined) {
      const timestamp = new Date(epochMs()).toISOString();
      const error = "Cannot run two tests at once: wait until the other one is done";
      respondFailed(call, { status: 409, code: "test_running", error, timestamp });
      return;
    }
    const end = await running;
    const { timestamp } = end.result;
    if (end.ok) {
      const { success, uploadTime, uploadSpeed, fileKey } = end.result;
      logger.info({ request_id: call.id, ...end.result }, "The upload test passed");
      const body = { success, uploadTime, uploadSpeed, fileKey, timestamp };
      respondJson(call, { status: 200, body });
    } else {
      const { cause } = end;
      logger.warn({ request_id: call.id, ...end.result, err: cause }, "The upload test failed");
      const { code, detail, stack } = cause;
      const more = options.debug ? { code, detail, stack } : {};
      respondFailed(call, { ...failureAnswer(cause), code, timestamp, more });
    }
  };
}

interface Failed {
  readonly status: number;
  /** Stable, for programs: the field X-Error-Code, as the seed's answer has no place for it. */
  readonly code: string;
  readonly error: string;
  readonly timestamp: string;
  readonly more?: object;
}

function respondFailed(call: Call, { status, code, error, timestamp, more }: Failed): void {
  const body = { success: false, error, errorName: "Error", timestamp, ...more };
  respondJson(call, { status, body, fields: [["x-error-code", code]] });
}

const discard: BodyReader = { onData: () => {}, onEnd: () => {}, onAbort: () => {} };

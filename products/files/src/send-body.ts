import type { AnswerHead } from "@breakwater/http-server";
import type { FoundObject } from "@breakwater/object-store";
import type { Call } from "@breakwater/service";

/**
 * Answers with an object's bytes as they come, no faster than the client takes them: what it does
 * not read is not fetched. If the store breaks off, so does the answer.
 */
export function sendBody(call: Call, found: FoundObject, head: AnswerHead): void {
  const { body, bodyBytes } = found;
  const reader = body.getReader();
  if (call.isAnswered) {
    void reader.cancel().catch(() => {});
    return;
  }
  const answer = call.begin({ ...head, contentLength: bodyBytes });
  let isGone: boolean = false;
  let drained: () => void = () => {};
  call.onAbort(() => {
    isGone = true;
    void reader.cancel().catch(() => {});
    drained();
  });
  answer.onDrain(() => drained());
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (isGone) return;
      if (done) return answer.end();
      if (answer.write(value)) continue;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
    }
  };
  pump().catch(() => {
    if (!isGone) answer.abort();
  });
}

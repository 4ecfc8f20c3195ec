import { type Outcome, type Permit, statusOutcome } from "@breakwater/admission";

/** The same response; its permit is released once its body has ended, failed or been given up. */
export function heldBody(response: Response, permit: Permit): Response {
  const { status, statusText, headers } = response;
  const reader = response.body?.getReader();
  let isOver = false;
  const end = (outcome: Outcome) => {
    if (!isOver) permit.release(outcome);
    isOver = true;
  };
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      try {
        const part = await reader?.read();
        if (part?.value !== undefined) controller.enqueue(part.value);
        if (part?.done === false) return;
        controller.close();
        end(statusOutcome(status));
      } catch (error) {
        end("ignored");
        throw error;
      }
    },
    cancel(reason: unknown) {
      end("ignored");
      return reader?.cancel(reason);
    },
  };
  // Nothing is read ahead of the client.
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return new Response(body, { status, statusText, headers });
}

/** A stream that gives these parts and ends; of anything, as scripts are not type-checked. */
export function streamOf(...parts: readonly unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part as Uint8Array);
      controller.close();
    },
  });
}

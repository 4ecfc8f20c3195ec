import { CountQueuingStrategy, ReadableStream, WritableStream } from "k6/experimental/streams";

export default async function () {
  let n = 0;
  const stream = new ReadableStream({
    pull(controller) {
      n += 1;
      if (n > 3) controller.close();
      else controller.enqueue(`part ${n}`);
    },
  });
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    console.log(part.value);
  console.log(stream.locked, await reader.closed);
  reader.releaseLock();
  console.log(stream.locked);
  const failing = new ReadableStream({
    start: (controller) => controller.error(new Error("broken")),
  });
  await failing
    .getReader()
    .read()
    .catch(({ message }) => console.log(message));
  const cancelled = new ReadableStream({ cancel: (reason) => console.log("cancelled", reason) });
  await cancelled.cancel("enough");
  const written = [];
  const sink = new WritableStream(
    {
      write: (chunk) => void written.push(chunk),
      close: () => console.log("closed"),
      abort: () => console.log("aborted"),
    },
    new CountQueuingStrategy({ highWaterMark: 2 }),
  );
  const writer = sink.getWriter();
  console.log(writer.desiredSize, sink.locked);
  await writer.ready;
  await writer.write("a");
  await writer.write("b");
  await writer.close();
  console.log(written.join());
  try {
    stream.getReader().read;
    reader.read().catch((error) => console.log(error.name));
  } catch (error) {
    console.log("refused", error.name);
  }
}

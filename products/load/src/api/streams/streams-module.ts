import type { ApiModule, CreateModule } from "../module.ts";

/**
 * The runtime's own: what a stream waits for, a timer or a call, keeps the iteration going. Nothing
 * in it depends on the VU.
 */
const streams = {
  ReadableStream,
  ReadableStreamDefaultReader,
  WritableStream,
  WritableStreamDefaultWriter,
  CountQueuingStrategy,
};

const create: CreateModule = () => streams;

export const streamsModule: ApiModule = {
  surface: { names: Object.keys(streams), hasDefault: true },
  load: async () => create,
};

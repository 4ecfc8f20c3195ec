import type { ApiModule, CreateModule } from "../module.ts";

const surface: ApiModule["surface"] = { names: ["WebSocket", "Blob"], hasDefault: false };

/** k6/websockets. */
export const websocketsModule: ApiModule = { surface, load: loadModule };

/** The same by its old name: warns once in a process. */
export const experimentalWebsocketsModule: ApiModule = {
  surface,
  load: async () => {
    const create = await loadModule();
    return (vu) => {
      vu.test.shared("warning", "k6/experimental/websockets", () => {
        vu.warn(
          "k6/experimental/websockets is deprecated and will be removed: use k6/websockets instead",
        );
        return true;
      });
      return create(vu);
    };
  },
};

async function loadModule(): Promise<CreateModule> {
  const { WebSocket } = await import("./web-socket.ts");
  const { Blob } = await import("./blob.ts");
  // A constructor that knows its VU, without a class of its own for each.
  return (vu) => ({ WebSocket: WebSocket.bind(null, vu), Blob });
}

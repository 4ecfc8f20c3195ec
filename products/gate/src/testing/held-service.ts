import { once } from "node:events";

/** A service behind the gate whose answers to /held... wait until the test lets them go. */
export interface HeldService extends Disposable {
  /** As "http://127.0.0.1:1234". */
  readonly url: string;
  readonly port: number;
  /** Paths of the requests that have come, in order. */
  readonly came: readonly string[];
  /** Once so many have come. */
  arrived(count: number): Promise<void>;
  /** Answers the first one that waits. */
  release(status?: number): void;
  releaseAll(): void;
  /** Of the last request. */
  readonly lastHeaders: Readonly<Record<string, string>>;
}

type Answer = (request: Request) => Response | Promise<Response>;

/** `port` is where one was before that is to come back. */
export function heldService(answer: Answer = () => new Response("ok"), port = 0): HeldService {
  const came: string[] = [];
  const waiting: ((response: Response) => void)[] = [];
  const arrivals = new EventTarget();
  let lastHeaders: Readonly<Record<string, string>> = {};
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: async (request, { upgrade }) => {
      const { pathname } = new URL(request.url);
      came.push(pathname);
      lastHeaders = Object.fromEntries(request.headers);
      arrivals.dispatchEvent(new Event("arrived"));
      if (pathname.startsWith("/held")) return new Promise((resolve) => waiting.push(resolve));
      if (pathname === "/socket" && upgrade.call(server, request)) return new Response();
      return answer(request);
    },
    websocket: { message: (socket, message) => void socket.send(message) },
  });
  const release = (status = 200): void => waiting.shift()?.(new Response("held", { status }));
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    came,
    arrived: async (count) => {
      while (came.length < count) await once(arrivals, "arrived");
    },
    release,
    releaseAll: () => {
      while (waiting.length > 0) release();
    },
    get lastHeaders() {
      return lastHeaders;
    },
    [Symbol.dispose]: () => void server.stop(true),
  };
}

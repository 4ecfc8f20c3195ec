import { once } from "node:events";

/** A server in the test's process that knows what really arrived. */
export interface Target extends Disposable {
  /** Without the slash at its end. */
  readonly url: string;
  /** Requests that arrived. */
  readonly count: number;
  /** What they asked for, in order. */
  readonly paths: readonly string[];
  /** Ends when so many have arrived. */
  arrived(count: number): Promise<void>;
  /** The last of them. */
  readonly last: Arrived | undefined;
}

export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = (request: Request, index: number) => Response | Promise<Response>;

/** Answers "ok", or what the test says; `index` counts the requests from 0. */
export function target(answer: Answer = () => new Response("ok"), hostname = "127.0.0.1"): Target {
  const paths: string[] = [];
  const arrivals = new EventTarget();
  let last: Arrived | undefined;
  const server = Bun.serve({
    port: 0,
    hostname,
    idleTimeout: 0,
    fetch: async (request) => {
      const { method, url } = request;
      const path = new URL(url).pathname;
      const index = paths.push(path) - 1;
      const headers = Object.fromEntries(request.headers);
      const body = request.body === null ? "" : await request.clone().text();
      last = { method, path, headers, body };
      arrivals.dispatchEvent(new Event("arrived"));
      return answer(request, index);
    },
  });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${host}:${server.port}`,
    get count() {
      return paths.length;
    },
    paths,
    arrived: async (count) => {
      while (paths.length < count) await once(arrivals, "arrived");
    },
    get last() {
      return last;
    },
    [Symbol.dispose]: () => void server.stop(true),
  };
}

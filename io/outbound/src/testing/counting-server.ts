export interface CountingServer extends AsyncDisposable {
  readonly url: string;
  readonly hits: number;
}

/** Answers the nth request as it is told, n from 1. */
export function countingServer(
  answer: (n: number, request: Request) => Response | Promise<Response>,
): CountingServer {
  let hits = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      hits += 1;
      return answer(hits, request);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/path?token=hush`,
    get hits() {
      return hits;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
